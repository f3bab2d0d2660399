import type { RequestedSecret } from '../plugin-api/backend.js';
import type { Finding } from '../plugin-api/failure.js';
import { fillIn } from '../secrets/markers.js';
import { createSecret } from '../secrets/secret.js';
import type { BuildSecret, ComposeModel, DesiredBuild } from './model.js';
import { isRecord } from './canonical-values.js';

/** What a build reads and no plan, record or argument holds. Secret. */
export interface BuildInputs {
  readonly args: Readonly<Record<string, string>>;
  readonly secrets: readonly RequestedSecret[];
}

export interface BuildInputsOf {
  readonly model: ComposeModel;
  /** The build of the service that names the image. */
  readonly build: DesiredBuild;
  readonly args: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  /** Values of named secrets. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly findings: Finding[];
}

export function buildInputsOf({ build, args, findings, ...world }: BuildInputsOf): BuildInputs {
  return { args, secrets: (build.secrets ?? []).flatMap((secret) => requested(secret, build, world, findings)) };
}

function requested({ id, source }: BuildSecret, build: DesiredBuild, { model, variables, secrets }: Pick<BuildInputsOf, 'model' | 'variables' | 'secrets'>, findings: Finding[]): readonly RequestedSecret[] {
  const service = build.services[0] as string;
  const declared = model.secrets[source];
  const section = isRecord(declared) ? declared : {};
  if (typeof section.file === 'string' && !section.file.startsWith('..')) return [{ id, from: { file: section.file } }];
  const value = typeof section.environment === 'string' && Object.hasOwn(variables, section.environment) ? variables[section.environment] : undefined;
  if (value !== undefined) return [{ id, from: { value: createSecret(source, fillIn(value, secrets)) } }];
  const why = typeof section.environment === 'string' ? `takes the variable \`${section.environment}\`, which is not set` : 'says nothing about its content';
  findings.push({ severity: 'error', code: 'SC1427', message: `the secret \`${source}\`, which the build of ${service} reads, ${why}`, next: ["give it a `file` inside the project, or an `environment` variable that is set"], location: model.locate(['secrets', source]), service });
  return [];
}
