import type { Settings } from '../config/types.js';
import { members } from '../compose/canonical.js';
import { isRecord } from '../compose/canonical-values.js';
import type { ComposeModel, ComposeService } from '../compose/model.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import { secretsIn } from './markers.js';

type Path = readonly (string | number)[];

/**
 * What is wrong with the places where secrets got to: anything but the environment of a container would stand in clear, in plans, on the host and in
 * `docker inspect`; and a service takes only what `services.<name>.secrets` gives it.
 */
export function misplacedSecrets(model: ComposeModel, service: ComposeService, settings: Pick<Settings, 'services' | 'secretNames'>): readonly Finding[] {
  const findings: Finding[] = [];
  const clear = (name: string, what: string, next: string, location: Location): void => {
    findings.push({ severity: 'error', code: 'SC1313', message: `the secret ${name} would stand in clear in \`${what}\``, next: [next], location, service: service.name });
  };
  const at = (...path: Path): Location => model.locate(['services', service.name, ...path]);
  for (const { path, name } of found(service.definition, [])) clear(name, `services.${service.name}.${String(path[0])}`, `put it under \`environment\`, and let the program read ${name} there`, at(...path));
  for (const { path, name } of found(service.build ?? {}, [])) {
    const args = path[0] === 'args';
    clear(name, `services.${service.name}.build.${String(path[0])}`, args ? `an argument stays in the history of the image: write \`build: { secrets: [...] }\`, and \`RUN --mount=type=secret,id=...\` in the Dockerfile` : `take ${name} out`, at('build', ...path));
  }
  if (service.image !== undefined) for (const name of secretsIn(service.image)) clear(name, `services.${service.name}.image`, `take ${name} out`, at('image'));

  const allowed = settings.services[service.name]?.secrets;
  if (allowed === undefined) return findings;
  for (const [variable, value] of Object.entries(service.environment)) {
    for (const name of secretsIn(value).filter((one) => !allowed.includes(one))) {
      findings.push({ severity: 'error', code: 'SC1316', message: `${service.name} takes the secret ${name} in \`${variable}\`, which \`services.${service.name}.secrets\` does not give it`, next: [`add ${name} to \`services.${service.name}.secrets\` in stagecraft.yml`, `or take \`${variable}\` out of ${service.name}`], location: at('environment', variable), service: service.name });
    }
  }
  for (const { source } of members(service.definition.secrets)) {
    const declared = model.secrets[String(source)];
    const variable = isRecord(declared) && typeof declared.environment === 'string' ? declared.environment : '';
    if (settings.secretNames.includes(variable) && !allowed.includes(variable)) {
      findings.push({ severity: 'error', code: 'SC1316', message: `${service.name} mounts the secret ${variable}, which \`services.${service.name}.secrets\` does not give it`, next: [`add ${variable} to \`services.${service.name}.secrets\` in stagecraft.yml`, `or take \`${String(source)}\` out of ${service.name}`], location: at('secrets'), service: service.name });
    }
  }
  return findings;
}

/** Every text below with a secret in it; keys count too. */
function* found(value: unknown, path: Path): Iterable<{ readonly path: Path; readonly name: string }> {
  if (typeof value === 'string') for (const name of secretsIn(value)) yield { path, name };
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* found(item, [...path, index]);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      for (const name of secretsIn(key)) yield { path, name };
      yield* found(item, [...path, key]);
    }
  }
}
