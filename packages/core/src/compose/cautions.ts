import { mentionedNames } from '../environment/interpolate.js';
import type { Finding } from '../plugin-api/failure.js';
import { looksSecret } from '../secrets/looks-secret.js';
import type { Location } from '../plugin-api/location.js';
import type { Assembled } from './assemble.js';
import type { Path } from './canonical-values.js';
import type { Canonical } from './canonical.js';
import { unusedBuildKeys } from './canonical-service.js';
import { droppedFrom } from './shell-words.js';
import type { Sources } from './sources.js';
import { child, eachScalar, isList, isMap, placeOf, textOf, type Node } from './tree.js';

/**
 * What a deploy by us would not honour, or not as its author may think: each is named at its line, never dropped silently. Errors are what would
 * run wrongly without it.
 */
export function cautions(own: Assembled, sources: Sources, model: Canonical, secretNames: readonly string[], variables: Readonly<Record<string, string>> = {}): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [name, location] of own.unset) {
    findings.push({ severity: 'warning', code: 'SC1311', message: `the variable \`${name}\` is not set: it is empty`, next: [`set ${name}, or give it a default: \${${name}:-default}`], location });
  }
  const services = child(own.root, 'services');
  for (const name of Object.keys(model.services)) {
    const node = child(services, name);
    const locate = (...path: (string | number)[]): Location => placeOf(own.root, ['services', name, ...path]);
    const tell = (severity: Finding['severity'], message: string, next: string, path: Path): void => void findings.push({ severity, code: 'SC1312', message: `${name}: ${message}`, next: [next], location: locate(...path), service: name });
    if (isMap(node)) serviceCautions(node, tell);
  }
  findings.push(...clearSecrets(sources, secretNames, variables));
  return findings;
}

type Tell = (severity: Finding['severity'], message: string, next: string, path: Path) => void;

/** Keys without which a service would not be what its author wrote. */
const refused: Readonly<Record<string, readonly [string, string]>> = {
  credential_spec: ['`credential_spec` is of Windows containers', 'remove it'],
  external_links: ['`external_links` ties it to containers by name, which a release replaces', 'put both into one network, declared `external`'],
  label_file: ['`label_file` is not read', 'write the labels under `labels`'],
  models: ['`models` is not run by a deploy', 'remove it, or run the model as a service'],
  post_start: ['`post_start` is not run by a deploy', 'put it into the entry point, or make it a job: a service that others await with `service_completed_successfully`'],
  pre_stop: ['`pre_stop` is not run by a deploy', 'do it on SIGTERM, within `stop_grace_period`'],
  provider: ['`provider` is not run by a deploy', 'remove it, or set `mode: external` for it in stagecraft.yml'],
  use_api_socket: ['`use_api_socket` is not honoured', 'mount what it needs'],
  volumes_from: ['`volumes_from` ties it to one container, which a release replaces', 'name the volume in both services'],
};

/** Keys that make no difference to what a service is. */
const unheard: Readonly<Record<string, readonly [string, string]>> = {
  develop: ['`develop` is for development; a deploy leaves it out', 'move it into docker-compose.override.yml'],
  pull_policy: ['`pull_policy` is not honoured: images are on the host before anything changes', 'remove it; `deploy --pull` asks for newer ones'],
};

/** Keys of a service that are told here: no need to call them unknown as well. */
export const cautioned: ReadonlySet<string> = new Set([...Object.keys(refused), ...Object.keys(unheard)]);

const swarmOnly = ['endpoint_mode', 'labels', 'placement', 'rollback_config', 'update_config'];

function serviceCautions(node: Node, tell: Tell): void {
  for (const [key, [message, next]] of Object.entries(refused)) if (child(node, key) !== undefined) tell('error', message, next, [key]);
  for (const [key, [message, next]] of Object.entries(unheard)) if (child(node, key) !== undefined) tell('warning', message, next, [key]);

  const deploy = child(node, 'deploy');
  const mode = textOf(child(deploy, 'mode'));
  if (mode !== undefined && mode !== 'replicated' && mode !== '') tell('error', `\`deploy.mode: ${mode}\` is of Swarm`, 'remove it; `role` in stagecraft.yml says on which hosts it runs', ['deploy', 'mode']);
  for (const key of swarmOnly) if (child(deploy, key) !== undefined) tell('warning', `\`deploy.${key}\` is of Swarm; a deploy leaves it out`, 'say it in stagecraft.yml: `role`, `replicas`, `rollout`', ['deploy', key]);

  const build = child(node, 'build');
  for (const key of unusedBuildKeys) {
    if (child(build, key) === undefined) continue;
    const harmless = /^(?:cache_from|cache_to|no_cache|no_cache_filter|provenance|pull|sbom|tags)$/.test(key);
    tell(harmless ? 'warning' : 'error', `\`build.${key}\` is not passed on`, harmless ? 'remove it' : 'say it in the Dockerfile instead', ['build', key]);
  }

  for (const key of ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']) {
    const value = textOf(child(node, key));
    if (value !== undefined && /^(?:service|container):/.test(value)) tell('error', `\`${key}: ${value}\` ties it to one container, which a release replaces`, 'put both into one network, or into one container', [key]);
  }

  const links = child(node, 'links');
  if (isList(links)) {
    links.items.forEach((item, index) => {
      const alias = (textOf(item) ?? '').split(':');
      const renamed = alias.length === 2 && alias[0] !== alias[1];
      tell(renamed ? 'error' : 'warning', renamed ? `the link \`${alias.join(':')}\` gives another name, which a deploy does not carry over` : 'a link says nothing in a network: services reach each other by name', renamed ? `give ${alias[0]} the alias: \`networks: { default: { aliases: [${alias[1]}] } }\`` : 'remove it; `depends_on` says the order', ['links', index]);
    });
  }

  for (const key of ['command', 'entrypoint']) {
    const line = textOf(child(node, key));
    const operator = line === undefined ? undefined : droppedFrom(line);
    if (operator !== undefined) tell('warning', `Compose runs no shell: it drops \`${operator}\` and all that follows in \`${key}\``, `write \`${key}: ["sh", "-c", "…"]\``, [key]);
  }

  const volumes = child(node, 'volumes');
  if (isList(volumes)) {
    volumes.items.forEach((item, index) => {
      if (/^[A-Za-z]:/.test(textOf(item) ?? '')) tell('error', `Compose takes \`${(textOf(item) as string).slice(0, 2)}\` for a Windows drive`, 'give the volume a longer name', ['volumes', index]);
      const create = child(child(item, 'bind'), 'create_host_path');
      if (create?.kind === 'scalar' && create.value === false) tell('warning', '`create_host_path: false` is not honoured: a missing folder of the host is made', 'remove it', ['volumes', index]);
    });
  }
}

/** A secret outside `environment` would stand in clear in plans, on the host and in `docker inspect`; what only looks like one gets a warning. */
function clearSecrets(sources: Sources, secretNames: readonly string[], variables: Readonly<Record<string, string>>): readonly Finding[] {
  const likely = (name: string): boolean => Object.hasOwn(variables, name) && looksSecret(name, variables[name] as string);
  const findings: Finding[] = [];
  for (const { root } of sources.all.values()) {
    eachScalar(root, (scalar, path) => {
      const [top, service, key, part] = path;
      if (top !== 'services' || key === 'environment' || key === 'env_file') return;
      const text = typeof scalar.value === 'string' ? scalar.value : '';
      // `[NAME]` and `{ NAME: }` pass a variable through without a mention.
      const argument = key === 'build' && part === 'args' && path.length === 5 ? path[4] : undefined;
      const passedThrough = typeof argument === 'number' && text !== '' && !text.includes('=') ? [text] : typeof argument === 'string' && scalar.value === null ? [argument] : [];
      for (const name of [...mentionedNames(text), ...passedThrough]) {
        const named = secretNames.includes(name);
        if (!named && !likely(name)) continue;
        const place = `in clear in \`services.${String(service)}.${String(key)}\``;
        const next = key === 'build' ? 'an argument stays in the history of the image: write `build: { secrets: [...] }`, and `RUN --mount=type=secret,id=...` in the Dockerfile' : `put it under \`environment\`, and let the program read ${name} there`;
        findings.push(named
          ? { severity: 'error', code: 'SC1313', message: `the secret ${name} would stand ${place}`, next: [next], location: scalar.at, service: String(service) }
          : { severity: 'warning', code: 'SC1315', message: `${name} looks like a secret, and stands ${place}: in plans, on the host and for everybody who may inspect it`, next: [next], location: scalar.at, service: String(service) });
      }
    });
  }
  return findings;
}
