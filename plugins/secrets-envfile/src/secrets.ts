import type { Context, Finding, Secret, SecretListed, SecretsProvider, SecretsScope } from '@stagecraft/core/plugin-api';
import { configSchema, fileOf, type EnvfileConfig } from './config.js';
import { parse, valuesOf, withValues } from './env-file.js';

/** Secrets in an env file of the project, one file an environment. */
export default {
  kind: 'secrets',
  id: 'envfile',
  api: '0.1.0',
  configSchema,
  local: true,
  place: fileOf,
  list,
  read,
  write,
  preflight,
} satisfies SecretsProvider<EnvfileConfig>;

async function list(ctx: Context<EnvfileConfig>, scope: SecretsScope): Promise<readonly SecretListed[]> {
  return [...(await valuesIn(ctx, scope)).keys()].sort().map((name) => ({ name }));
}

async function read(ctx: Context<EnvfileConfig>, scope: SecretsScope, names: readonly string[]): Promise<readonly Secret[]> {
  const values = await valuesIn(ctx, scope);
  return names.flatMap((name) => {
    const value = values.get(name);
    return value === undefined ? [] : [ctx.secret(name, value)];
  });
}

async function write(ctx: Context<EnvfileConfig>, scope: SecretsScope, secrets: readonly Secret[]): Promise<void> {
  const wrong = secrets.find(({ name }) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (wrong) throw ctx.fail({ kind: 'user', code: 'envfile/name', message: `${JSON.stringify(wrong.name)} cannot be the name of a line in ${fileOf(ctx.config, scope)}.`, next: ['use letters, digits and `_`, no digit first'] });
  const file = fileOf(ctx.config, scope);
  await valuesIn(ctx, scope);
  const text = (await ctx.files.read(file)) ?? '';
  const changed = withValues(text, new Map(secrets.map((secret) => [secret.name, secret.reveal()])));
  if (changed === text && (await ctx.files.mode(file)) === ownerOnly) return;
  await ctx.files.write(file, changed, ownerOnly);
}

const ownerOnly = 0o600;

async function preflight(ctx: Context<EnvfileConfig>): Promise<readonly Finding[]> {
  const file = fileOf(ctx.config, ctx);
  const mode = await ctx.files.mode(file);
  if (mode === undefined || (mode & 0o077) === 0) return [];
  return [{ severity: 'warning', code: 'envfile/readable', message: `${file} can be read by others on this machine (mode ${(mode & 0o777).toString(8)})`, next: [`chmod 600 ${file}`], location: { file, line: 1, column: 1 } }];
}

async function valuesIn(ctx: Context<EnvfileConfig>, scope: SecretsScope): Promise<ReadonlyMap<string, string>> {
  const file = fileOf(ctx.config, scope);
  const { pieces, wrong } = parse((await ctx.files.read(file)) ?? '');
  const [first] = wrong;
  if (first) {
    throw ctx.fail({
      kind: 'user',
      code: 'envfile/wrong-line',
      message: `line ${first.line} of ${file} ${first.why}`,
      next: ['write NAME=value; a value with spaces, quotes or # in single quotes, one of several lines in double quotes'],
      location: { file, line: first.line, column: 1 },
    });
  }
  return valuesOf(pieces);
}
