import { posix } from 'node:path';
import { canonicalJson, compare } from './canonical-json.js';
import { asList, asPairs, bytes, command, decimal, duration, flag, flagIfOn, ignored, integer, integerOrNothing, isRecord, listOf, mode, nonEmpty, oneOrMore, record, text, texts, textMap, textSet, wrong, type Canon, type Form, type Path } from './canonical-values.js';
import type { Json } from './model.js';
import { bare, isRemoteContext, portablePath } from './paths.js';

/** Every key of a service that is kept in its definition. Those that make other members of the model are in `apart`. */
export const definitionKeys: Readonly<Record<string, Form>> = {
  annotations: textMap,
  blkio_config: (value) => value,
  cap_add: textSet,
  cap_drop: textSet,
  cgroup: nonEmpty,
  cgroup_parent: nonEmpty,
  command,
  configs: (value, path, canon) => fileReferences(value, path, canon, ''),
  container_name: nonEmpty,
  cpu_count: integerOrNothing,
  cpu_percent: decimal,
  cpu_period: (value, path, canon) => period(value, path, canon),
  cpu_quota: (value, path, canon) => period(value, path, canon),
  cpu_rt_period: (value, path, canon) => period(value, path, canon),
  cpu_rt_runtime: (value, path, canon) => period(value, path, canon),
  cpu_shares: integerOrNothing,
  cpus: decimal,
  cpuset: nonEmpty,
  deploy: (value, path, canon) => deploy(value, path, canon),
  device_cgroup_rules: textSet,
  devices: listOf((value, path, canon) => device(value, path, canon)),
  dns: oneOrMore,
  dns_opt: textSet,
  dns_search: oneOrMore,
  domainname: nonEmpty,
  entrypoint: command,
  expose: textSet,
  extra_hosts: (value, path, canon) => extraHosts(value, path, canon),
  gpus: (value) => value,
  group_add: textSet,
  healthcheck: (value, path, canon) => healthcheck(value, path, canon),
  hostname: nonEmpty,
  init: flag,
  ipc: nonEmpty,
  isolation: nonEmpty,
  labels: textMap,
  links: textSet,
  external_links: textSet,
  logging: record({ driver: nonEmpty, options: textMap }),
  mac_address: nonEmpty,
  mem_limit: bytes,
  mem_reservation: bytes,
  mem_swappiness: integerOrNothing,
  memswap_limit: bytes,
  network_mode: nonEmpty,
  networks: (value, path, canon) => networks(value, path, canon),
  oom_kill_disable: flagIfOn,
  oom_score_adj: integerOrNothing,
  pid: nonEmpty,
  pids_limit: integerOrNothing,
  platform: nonEmpty,
  ports: (value, path, canon) => ports(value, path, canon),
  privileged: flagIfOn,
  read_only: flagIfOn,
  restart: nonEmpty,
  runtime: nonEmpty,
  secrets: (value, path, canon) => fileReferences(value, path, canon, '/run/secrets'),
  security_opt: textSet,
  shm_size: bytes,
  stdin_open: flagIfOn,
  stop_grace_period: duration,
  stop_signal: nonEmpty,
  storage_opt: textMap,
  sysctls: textMap,
  tmpfs: (value, path, canon) => sorted(oneOrMore(value, path, canon)),
  tty: flagIfOn,
  ulimits: (value, path, canon) => ulimits(value, path, canon),
  user: nonEmpty,
  userns_mode: nonEmpty,
  uts: nonEmpty,
  volumes: (value, path, canon) => volumes(value, path, canon),
  volumes_from: textSet,
  working_dir: nonEmpty,
};

/** Keys of a service that make other members of the model, or say nothing to a deploy. */
export const apartKeys: ReadonlySet<string> = new Set(['attach', 'build', 'depends_on', 'env_file', 'environment', 'extends', 'image', 'profiles', 'pull_policy', 'scale']);

/** The definition of a service: long forms, one form of each value, keys sorted. The same for both readers and every Compose. */
export function canonicalDefinition(service: Readonly<Record<string, Json>>, path: Path, canon: Canon): Record<string, Json> {
  const result: [string, Json][] = [];
  for (const [key, value] of Object.entries(service)) {
    if (value === null || apartKeys.has(key) || key.startsWith('x-')) continue;
    const form = Object.hasOwn(definitionKeys, key) ? definitionKeys[key] : undefined;
    if (form === undefined) {
      canon.unknown([...path, key]);
      continue;
    }
    const one = form(value, [...path, key], canon);
    if (one !== undefined) result.push([key, one]);
  }
  const policy = isRecord(service.deploy) && isRecord(service.deploy.restart_policy) ? restartOf(service.deploy.restart_policy) : undefined;
  // Compose lets the policy of `deploy` win over `restart`.
  if (policy !== undefined) result.push(['restart', policy]);
  return Object.fromEntries(Object.entries(Object.fromEntries(result)).sort(([a], [b]) => compare(a, b)));
}

function restartOf(policy: Readonly<Record<string, Json>>): string {
  const condition = typeof policy.condition === 'string' ? policy.condition : 'any';
  const attempts = Number(policy.max_attempts ?? 0);
  if (condition === 'none') return 'no';
  if (condition === 'on-failure') return attempts > 0 ? `on-failure:${attempts}` : 'on-failure';
  return condition === 'any' || condition === '' ? 'always' : condition;
}

/** `100ms` or microseconds: both as microseconds. */
function period(value: Json, path: Path, canon: Canon): Json | undefined {
  if (typeof value === 'number' || (typeof value === 'string' && /^-?\d+$/.test(value))) return Number(value) === 0 ? undefined : String(value);
  return text(value, path, canon);
}

const resources = record({
  limits: record({ cpus: decimal, memory: bytes, pids: integer }),
  reservations: record({ cpus: decimal, memory: bytes, devices: (value) => value, generic_resources: (value) => value }),
});

const deployMembers = record({
  mode: (value, path, canon) => (value === 'replicated' || value === '' ? undefined : text(value, path, canon)),
  replicas: ignored,
  labels: ignored,
  resources,
  restart_policy: ignored,
  update_config: ignored,
  rollback_config: ignored,
  endpoint_mode: ignored,
  placement: ignored,
});

function deploy(value: Json, path: Path, canon: Canon): Json | undefined {
  return deployMembers(value, path, canon);
}

function device(value: Json, path: Path, canon: Canon): Json | undefined {
  if (isRecord(value)) {
    const source = String(value.source ?? '');
    const target = String(value.target ?? '') || source;
    return value.target === undefined && value.permissions === undefined && !source.startsWith('/') ? source : `${source}:${target}:${String(value.permissions ?? '') || 'rwm'}`;
  }
  const one = text(value, path, canon) as string | undefined;
  if (one === undefined || !one.startsWith('/')) return one;
  const [source = '', target = source, permissions = 'rwm'] = one.split(':');
  return `${source}:${target}:${permissions}`;
}

/** `host:address`, sorted: every Compose reads it. */
function extraHosts(value: Json, path: Path, canon: Canon): Json | undefined {
  const pairs: string[] = [];
  const add = (host: string, address: string): void => void pairs.push(`${host}:${address.replace(/^\[(.*)\]$/, '$1')}`);
  if (isRecord(value)) {
    for (const [host, addresses] of Object.entries(value)) for (const address of Array.isArray(addresses) ? addresses : [addresses]) add(host, String(address ?? ''));
  } else {
    for (const [index, item] of (asList(value, path, canon) ?? []).entries()) {
      const one = (text(item, [...path, index], canon) as string | undefined) ?? '';
      const at = one.includes('=') ? one.indexOf('=') : one.indexOf(':');
      if (at < 1) wrong(canon, [...path, index], '`host=address`');
      else add(one.slice(0, at), one.slice(at + 1));
    }
  }
  return pairs.length === 0 ? undefined : [...new Set(pairs)].sort(compare);
}

const healthMembers = record({ interval: duration, timeout: duration, start_period: duration, start_interval: duration, retries: integer, disable: flagIfOn, test: (value, path, canon) => healthTest(value, path, canon) });

function healthcheck(value: Json, path: Path, canon: Canon): Json | undefined {
  const result = healthMembers(value, path, canon);
  if (!isRecord(result)) return undefined;
  const off = result.disable === true || (Array.isArray(result.test) && result.test[0] === 'NONE');
  return off ? { disable: true } : result;
}

function healthTest(value: Json, path: Path, canon: Canon): Json | undefined {
  if (typeof value === 'string') return value === '' ? undefined : ['CMD-SHELL', value];
  const words = asList(value, path, canon)?.map((item, index) => text(item, [...path, index], canon) ?? '');
  if (words === undefined || words.length === 0) return undefined;
  return ['NONE', 'CMD', 'CMD-SHELL'].includes(words[0] as string) ? words : wrong(canon, path, 'a list that begins with `CMD`, `CMD-SHELL` or `NONE`');
}

const attachment = record({ aliases: textSet, ipv4_address: nonEmpty, ipv6_address: nonEmpty, link_local_ips: textSet, mac_address: nonEmpty, driver_opts: textMap, priority: integerOrNothing, gw_priority: integerOrNothing, interface_name: nonEmpty });

/** A map by network; that of the default network alone says nothing. */
function networks(value: Json, path: Path, canon: Canon): Json | undefined {
  const entries: [string, Json][] = Array.isArray(value)
    ? (value as readonly Json[]).map((item): [string, Json] => [String(item), {}])
    : isRecord(value)
      ? Object.entries(value).map(([name, item]): [string, Json] => [name, item === null ? {} : (attachment(item, [...path, name], canon) ?? {})])
      : [];
  if (!Array.isArray(value) && !isRecord(value)) return wrong(canon, path, 'a list or a map of networks');
  if (entries.length === 0) return undefined;
  const result = Object.fromEntries(entries.sort(([a], [b]) => compare(a, b)));
  return canonicalJson(result) === '{"default":{}}' ? undefined : result;
}

interface Port {
  readonly target: number;
  readonly published?: string;
  readonly protocol: string;
  readonly host_ip?: string;
}

function ports(value: Json, path: Path, canon: Canon): Json | undefined {
  const found = new Map<string, Port>();
  for (const [index, item] of (asList(value, path, canon) ?? []).entries()) {
    const at = [...path, index];
    for (const port of isRecord(item) ? longPort(item, at, canon) : shortPort(item, at, canon)) found.set(canonicalJson(port), port);
  }
  if (found.size === 0) return undefined;
  return [...found.values()].sort((a, b) => a.target - b.target || compare(canonicalJson(a), canonicalJson(b))) as unknown as Json;
}

function longPort(item: Readonly<Record<string, Json>>, path: Path, canon: Canon): readonly Port[] {
  for (const key of Object.keys(item)) if (!['target', 'published', 'protocol', 'host_ip', 'mode', 'name', 'app_protocol'].includes(key) && !key.startsWith('x-')) canon.unknown([...path, key]);
  const target = integer(item.target ?? null, [...path, 'target'], canon) as number | undefined;
  if (target === undefined) return [];
  return [port(target, item.published === undefined || item.published === null ? '' : String(item.published), String(item.protocol ?? '') || 'tcp', String(item.host_ip ?? ''))];
}

/** `[host_ip:][published[-end]:]target[-end][/protocol]` */
export function shortPort(item: Json, path: Path, canon: Canon): readonly Port[] {
  const written = text(item, path, canon) as string | undefined;
  const match = /^(?:(?:(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):)?(\d+(?:-\d+)?)?:)?(\d+)(?:-(\d+))?(?:\/([a-zA-Z]+))?$/.exec(written ?? '');
  if (match === null) return written === undefined ? [] : (wrong(canon, path, 'a port such as `8080:80` or `127.0.0.1:8080:80/udp`'), []);
  const [, six, four, published = '', first, last = first, protocol = 'tcp'] = match;
  const [from, to] = [Number(first), Number(last)];
  const [start, end = start] = published.split('-').map(Number);
  const [targets, hosts] = [to - from, published === '' ? to - from : (end as number) - (start as number)];
  if (targets < 0 || to > 65_535 || (targets > 0 && targets !== hosts)) return wrong(canon, path, 'two ranges of the same length, below 65536'), [];
  return Array.from({ length: targets + 1 }, (_, offset) => {
    const host = published === '' ? '' : targets === 0 ? published : String((start as number) + offset);
    return port(from + offset, host, protocol.toLowerCase(), six ?? four ?? '');
  });
}

function port(target: number, published: string, protocol: string, hostIp: string): Port {
  return { ...(hostIp === '' ? {} : { host_ip: hostIp }), protocol, ...(published === '' || published === '0' ? {} : { published }), target };
}

const fileReference = record({ source: nonEmpty, target: nonEmpty, uid: nonEmpty, gid: nonEmpty, mode });

function fileReferences(value: Json, path: Path, canon: Canon, folder: string): Json | undefined {
  const found = new Map<string, Json>();
  for (const [index, item] of (asList(value, path, canon) ?? []).entries()) {
    const long = isRecord(item) ? fileReference(item, [...path, index], canon) : { source: text(item, [...path, index], canon) ?? '' };
    if (!isRecord(long) || typeof long.source !== 'string') {
      wrong(canon, [...path, index], 'a name, or a map with `source`');
      continue;
    }
    const target = typeof long.target === 'string' ? long.target : `${folder}/${long.source}`;
    // A relative target of a secret lies in its folder.
    const whole = target.startsWith('/') ? target : `${folder}/${target}`;
    found.set(whole, Object.fromEntries(Object.entries({ ...long, target: whole }).sort(([a], [b]) => compare(a, b))));
  }
  return found.size === 0 ? undefined : [...found].sort(([a], [b]) => compare(a, b)).map(([, item]) => item);
}

function ulimits(value: Json, path: Path, canon: Canon): Json | undefined {
  if (!isRecord(value)) return wrong(canon, path, 'a map');
  const entries = Object.entries(value).sort(([a], [b]) => compare(a, b)).map(([name, item]): [string, Json] => {
    if (!isRecord(item)) return [name, integer(item, [...path, name], canon) ?? 0];
    return [name, { hard: integer(item.hard ?? null, [...path, name, 'hard'], canon) ?? 0, soft: integer(item.soft ?? null, [...path, name, 'soft'], canon) ?? 0 }];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const mountMembers: Readonly<Record<string, Form>> = {
  type: text,
  source: nonEmpty,
  target: nonEmpty,
  read_only: flagIfOn,
  consistency: ignored,
  bind: record({ propagation: nonEmpty, selinux: nonEmpty, create_host_path: ignored, recursive: nonEmpty }),
  volume: record({ nocopy: flagIfOn, subpath: nonEmpty, labels: textMap }),
  tmpfs: record({ size: bytes, mode }),
  image: record({ subpath: nonEmpty }),
};
const mount = record(mountMembers);

function volumes(value: Json, path: Path, canon: Canon): Json | undefined {
  const found = new Map<string, Readonly<Record<string, Json>>>();
  for (const [index, item] of (asList(value, path, canon) ?? []).entries()) {
    const at = [...path, index];
    const long = isRecord(item) ? mount(item, at, canon) : shortVolume(item, at, canon);
    if (!isRecord(long) || typeof long.target !== 'string') {
      if (long !== undefined) wrong(canon, at, 'a map with `type` and `target`');
      continue;
    }
    const target = posix.normalize(long.target).replace(/(.)\/+$/, '$1');
    const source = long.type === 'bind' && typeof long.source === 'string' ? { source: portablePath(long.source, canon.portable) } : {};
    found.set(target, Object.fromEntries(Object.entries({ ...long, target, ...source }).sort(([a], [b]) => compare(a, b))));
  }
  return found.size === 0 ? undefined : [...found].sort(([a], [b]) => compare(a, b)).map(([, item]) => item);
}

const propagations = new Set(['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave']);

/** `[source:]target[:options]` */
export function shortVolume(item: Json, path: Path, canon: Canon): Json | undefined {
  const written = text(item, path, canon) as string | undefined;
  const parts = (written ?? '').split(':');
  if (written === undefined || parts.some((part) => part === '') || parts.length > 3) return written === undefined ? undefined : wrong(canon, path, 'a mount such as `data:/data` or `./file:/file:ro`');
  if (parts.length === 1) return { type: 'volume', target: written };
  if (/^[A-Za-z]$/.test(parts[0] as string)) return wrong(canon, path, 'a mount whose volume has a longer name: Compose takes one letter for a Windows drive');
  const [source, target, options = ''] = parts as [string, string, string?];
  const bind: Record<string, Json> = {};
  let readOnly: Record<string, Json> = {};
  const volume: Record<string, Json> = {};
  for (const option of options.split(',')) {
    if (option === 'ro') readOnly = { read_only: true };
    else if (option === 'rw') readOnly = {};
    else if (option === 'nocopy') volume.nocopy = true;
    else if (propagations.has(option)) bind.propagation = option;
    else if (option === 'z' || option === 'Z') bind.selinux = option;
  }
  if (/^[./~]/.test(source)) return { type: 'bind', source, target, ...readOnly, ...(Object.keys(bind).length === 0 ? {} : { bind }) };
  return { type: 'volume', source, target, ...readOnly, ...(Object.keys(volume).length === 0 ? {} : { volume }) };
}

const buildKeys: Readonly<Record<string, Form>> = { context: text, dockerfile: nonEmpty, target: nonEmpty, args: (value) => value, labels: textMap, platforms: texts, secrets: (value, path, canon) => buildSecrets(value, path, canon) };

/** Members of `build` that change what is built, or how; a deploy by us does not pass them on yet. */
export const unusedBuildKeys = ['additional_contexts', 'cache_from', 'cache_to', 'dockerfile_inline', 'entitlements', 'extra_hosts', 'isolation', 'network', 'no_cache', 'no_cache_filter', 'privileged', 'provenance', 'pull', 'sbom', 'shm_size', 'ssh', 'tags', 'ulimits'] as const;

/** `build:` in its long form. */
export function canonicalBuild(value: Json, variables: Readonly<Record<string, string>>, path: Path, canon: Canon): Json | undefined {
  const long = typeof value === 'string' ? { context: value } : value;
  if (!isRecord(long)) return wrong(canon, path, 'a folder, or a map with `context`');
  for (const key of Object.keys(long)) if (!Object.hasOwn(buildKeys, key) && !(unusedBuildKeys as readonly string[]).includes(key) && !key.startsWith('x-')) canon.unknown([...path, key]);
  const known = Object.fromEntries(Object.entries(long).filter(([key]) => Object.hasOwn(buildKeys, key)));
  const members = record(buildKeys)(known, path, canon) as Readonly<Record<string, Json>> | undefined;
  const context = typeof members?.context === 'string' ? members.context : '.';
  const dockerfile = members?.dockerfile;
  const pairs = members?.args === undefined ? [] : (asPairs(members.args, [...path, 'args'], canon) ?? []);
  const args = pairs.flatMap(([key, item]): [string, string][] => {
    const one = item ?? (Object.hasOwn(variables, key) ? variables[key] : undefined);
    return one === undefined ? [] : [[key, one]];
  });
  return {
    args: Object.fromEntries(args.sort(([a], [b]) => compare(a, b))),
    context: isRemoteContext(context) ? context : bare(portablePath(context, canon.portable)),
    ...(typeof dockerfile === 'string' && dockerfile !== 'Dockerfile' ? { dockerfile: portableDockerfile(dockerfile, canon) } : {}),
    labels: members?.labels ?? {},
    platforms: members?.platforms ?? [],
    ...(Array.isArray(members?.secrets) && members.secrets.length > 0 ? { secrets: members.secrets as readonly Json[] } : {}),
    ...(typeof members?.target === 'string' ? { target: members.target } : {}),
  };
}

/** Secrets that single commands of the Dockerfile may read: the id that it names, and the secret of the Compose file behind it. */
function buildSecrets(value: Json, path: Path, canon: Canon): Json | undefined {
  const found = new Map<string, Json>();
  for (const [index, item] of (asList(value, path, canon) ?? []).entries()) {
    const [source, target] = isRecord(item) ? [item.source, item.target] : [item, undefined];
    if (typeof source !== 'string' || source === '') {
      wrong(canon, [...path, index], 'a name, or a map with `source`');
      continue;
    }
    const id = typeof target === 'string' && target !== '' ? target : source;
    found.set(id, { id, source });
  }
  return [...found].sort(([a], [b]) => compare(a, b)).map(([, item]) => item);
}

function portableDockerfile(path: string, canon: Canon): string {
  return path.startsWith('/') ? bare(portablePath(path, canon.portable)) : posix.normalize(path);
}

function sorted(value: Json | undefined): Json | undefined {
  return Array.isArray(value) ? [...(value as string[])].sort(compare) : value;
}
