import { quote } from '../hosts/quote.js';
import type { ProxyService } from '../plugin-api/proxy.js';
import { proxyFolder } from './proxy-files.js';
import { beginLines, createLines, filesLines, leavingLines, networkLines, recordLine, startLines, stayingLines, type ProxyProject } from './proxy-project.js';

/**
 * The host's proxy is made anew without a moment in which nobody listens. A published port belongs to one container, so a second proxy takes all new
 * connections meanwhile: rules of the host's own address translation lead them to it, before the engine's rules see them; connections that are open stay where
 * they are, until their next answer ends them. The steps: `begin` (the second proxy, beside the one that serves), `swap` (new connections to it; the one that
 * served ends what it has and is made anew), `end` (new connections to the published port again; the second one ends what it has and goes). The proxy's lock is held from the first to the last.
 */
export interface ProxyUpgrade {
  /** As it is to be. */
  readonly project: ProxyProject;
  /** The second proxy's: no published port but its API's. */
  readonly second: ProxyProject;
  /** Seconds that open requests have to end in the proxy that is stopped. */
  readonly graceS: number;
}

/** How the second proxy differs: another name, another port for its API, and nothing that is published to the world. */
export function secondProxy(project: ProxyProject, apiPort: number): ProxyProject {
  const { scope, provider, place } = project;
  const name = `${scope.proxyContainer}-next`;
  return {
    ...project,
    scope: { ...scope, proxyProject: `${scope.proxyProject}-next`, proxyContainer: name },
    place: { ...place, apiPort, container: name },
    provider: {
      id: provider.id,
      service(config, at) {
        const service = provider.service(config, at);
        // On loopback under any free port: the engine lets in only what is published somehow.
        return { ...service, ports: service.ports.map((port) => (port.split(':').length > 2 ? port : `127.0.0.1::${port.split(':').at(-1) ?? ''}`)) };
      },
    },
  };
}

/** Longer than any upgrade takes: the lock of an operator who is gone ends by itself. */
const holdS = 300;
const holder = `${proxyFolder}/upgrade.pid`;
/** What the way back and a second try need: the files of before, the second one's address, the switch of loopback. */
const before = `${proxyFolder}/before`;

/** Brings the second proxy up, beside the one that serves. */
export function beginScript({ project, second }: ProxyUpgrade): string {
  return [
    ...takeLock,
    ...beginLines(second),
    ...networkLines(second.scope),
    `rm -rf ${before} && mkdir -p ${before}`,
    `for file in docker-compose.yml place.json; do [ ! -e ${proxyFolder}/$file ] || cp ${proxyFolder}/$file ${before}/$file; done`,
    ...removeLines(second),
    ...filesLines(project),
    ...createLines(second, 'next.yml'),
    ...startLines(second.scope),
  ].join('\n');
}

/** `result how` tells by what means new connections were led: `direct`, `container`, or `none`, when there is a gap. */
export function swapScript(upgrade: ProxyUpgrade): string {
  const { project, second } = upgrade;
  return [stillHeld, ...divertLines(project, second), 'rules -I', 'result how "$how"', ...beginLines(project), ...networkLines(project.scope), ...leavingLines(project), ...stopLines(upgrade, project), ...createLines(project, 'docker-compose.yml'), recordLine(project), ...startLines(project.scope)].join('\n');
}

/** The proxy as it was, where the new one does not come up. */
export function backScript(upgrade: ProxyUpgrade): string {
  const { project } = upgrade;
  return [
    stillHeld,
    ...beginLines(project),
    ...networkLines(project.scope),
    ...stopLines(upgrade, project),
    `for file in docker-compose.yml place.json; do [ ! -e ${before}/$file ] || cp ${before}/$file ${proxyFolder}/$file; done`,
    `timeout -k 10 600 docker compose -p ${project.scope.proxyProject} --project-directory ${proxyFolder} -f ${proxyFolder}/docker-compose.yml --env-file /dev/null up --no-start --quiet-pull`,
    ...startLines(project.scope),
  ].join('\n');
}

/** New connections go to the published port again; the second proxy ends what it has and goes. */
export function endScript(upgrade: ProxyUpgrade): string {
  const { project, second } = upgrade;
  return [...divertLines(project, second), 'rules -D', ...stopLines(upgrade, second), ...beginLines(project), ...networkLines(project.scope), ...stayingLines(project), ...giveLock, 'restore_loopback', `rm -rf ${before} ${proxyFolder}/next.yml`].join('\n');
}

/** What an upgrade that ended half-way left: the proxy is made where it is not there, then the second one goes. */
export function mendScript({ project }: ProxyUpgrade): string {
  return [
    ...takeLock,
    ...beginLines(project),
    ...networkLines(project.scope),
    `if ! docker container inspect ${project.scope.proxyContainer} >/dev/null 2>&1; then`,
    ...[...filesLines(project), ...createLines(project, 'docker-compose.yml'), recordLine(project)].map((line) => `  ${line}`),
    'fi',
    ...startLines(project.scope),
  ].join('\n');
}

/** The lock is kept by a process of its own when the script has ended; the step's is not. */
const takeLock = ['proxy_lock', `sleep ${holdS} 9>&- </dev/null >/dev/null 2>&1 &`, `echo $! >${holder}`];

const giveLock = [`[ ! -e ${holder} ] || { kill "$(cat ${holder})" 2>/dev/null || :; rm -f ${holder}; }`];

// A process that has ended may still bear its number: the lock itself tells.
const stillHeld = `{ kill -0 "$(cat ${holder} 2>/dev/null)" 2>/dev/null && ! (exec 6>>${proxyFolder}/lock; flock -n 6); } || { echo 'the upgrade took too long and lost the lock of the proxy'; exit 70; }`;

function removeLines({ scope }: ProxyProject): string[] {
  return [`docker rm -f ${scope.proxyContainer} >/dev/null 2>&1 || :`];
}

/** How long clients have to come for an answer that ends their connection. */
const leaveS = 10;

/** Ends one of the two with time for what is open. Its restart policy goes first: it must not come back beside the new one. */
function stopLines({ project, graceS }: ProxyUpgrade, { scope }: ProxyProject): string[] {
  const container = scope.proxyContainer;
  return [
    `if docker container inspect ${container} >/dev/null 2>&1; then`,
    `  docker update --restart no ${container} >/dev/null`,
    ...keptLines(project, container).map((line) => `  ${line}`),
    `  timeout -k 10 ${graceS + 60} docker stop -t ${graceS} ${container} >/dev/null`,
    `  docker rm -f ${container} >/dev/null`,
    'fi',
  ];
}

/** Waits until no client has a connection to it, as the kernel lists them: the port in hexadecimal, and 01 for what is established. */
function keptLines(project: ProxyProject, container: string): string[] {
  const { leaving, ports } = serviceOf(project);
  if (!leaving) return [];
  const own = publicPorts(ports).map((port) => Number(port).toString(16).toUpperCase().padStart(4, '0'));
  const left = `timeout -k 5 10 docker exec ${container} cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qE '^ *[0-9]+: [0-9A-F]+:(${own.join('|')}) [0-9A-F]+:[0-9A-F]{4} 01 '`;
  return [`end=$(($(date +%s) + ${leaveS}))`, `while ${left} && [ "$(date +%s)" -lt "$end" ]; do sleep 0.3; done`];
}

/**
 * `rules -I` leads new connections to the second proxy, `rules -D` no more: from other machines, from this one, and from its loopback. Both may be repeated.
 * As root by the host's iptables; as another user who may use the engine, by a container that sees the host's programs.
 */
function divertLines(project: ProxyProject, second: ProxyProject): string[] {
  const { scope } = project;
  const { image, ports: published } = serviceOf(project);
  const ports = publicPorts(published);
  return [
    'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin',
    `inside() { docker run --rm --privileged --user 0 --network host --pid host -v /:/host --entrypoint chroot ${quote(image)} /host sh -c 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; '"$1"; }`,
    'if [ "$(id -u)" = 0 ] && command -v iptables >/dev/null; then how=direct',
    "elif inside 'command -v iptables >/dev/null' >/dev/null 2>&1; then how=container",
    'else how=none; fi',
    'on_host() { case $how in direct) sh -c "$1" ;; container) inside "$1" ;; esac; }',
    `address=$(docker container inspect -f '{{with index .NetworkSettings.Networks "${scope.proxyNetwork}"}}{{.IPAddress}}{{end}}' ${second.scope.proxyContainer} 2>/dev/null) || address=`,
    `[ -n "$address" ] || address=$(cat ${before}/address 2>/dev/null) || :`,
    `bridge=$(docker network inspect -f '{{with index .Options "com.docker.network.bridge.name"}}{{.}}{{end}}' ${scope.proxyNetwork} 2>/dev/null) || :`,
    `[ -n "$bridge" ] || bridge=br-$(docker network inspect -f '{{.Id}}' ${scope.proxyNetwork} | cut -c 1-12)`,
    'switch=/proc/sys/net/ipv4/conf/$bridge/route_localnet',
    'rules() {',
    '  [ -n "$address" ] && [ "$how" != none ] || return 0',
    '  all=',
    `  for port in ${ports.join(' ')}; do`,
    '    led="PREROUTING -p tcp --dport $port -m addrtype --dst-type LOCAL -j DNAT --to-destination $address:$port"',
    '    own="OUTPUT${led#PREROUTING}" masked="POSTROUTING -s 127.0.0.0/8 -d $address/32 -p tcp --dport $port -j MASQUERADE"',
    // A connection that is led while its loopback address is not masked stays like that, unanswered: the mask comes first and goes last.
    '    if [ "$1" = -I ]; then for rule in "$masked" "$led" "$own"; do all="$all iptables -w -t nat -C $rule 2>/dev/null || iptables -w -t nat -I $rule || exit 1;"; done',
    '    else for rule in "$led" "$own" "$masked"; do all="$all while iptables -w -t nat -D $rule 2>/dev/null; do :; done;"; done; fi',
    '  done',
    `  if [ "$1" = -I ]; then echo "$address" >${before}/address; all="cat $switch; echo 1 >$switch; $all"; on_host "$all" >${before}/loopback`,
    '  else on_host "$all"; fi',
    '}',
    `restore_loopback() { was=$(cat ${before}/loopback 2>/dev/null) || was=; [ -z "$was" ] || [ "$how" = none ] || on_host "echo $was >$switch"; }`,
  ];
}

function serviceOf({ provider, config, place }: ProxyProject): ProxyService {
  return provider.service(config, place);
}

/** Ports inside the container that everybody may reach. */
function publicPorts(ports: ProxyService['ports']): readonly string[] {
  return ports.filter((port) => port.split(':').length < 3).map((port) => port.split(':').at(-1) ?? '');
}
