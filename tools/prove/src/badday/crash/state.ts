import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arena } from './arena.js';

/** What is read of a release's record. */
export interface Release {
  readonly id: string;
  readonly serial: number;
  readonly operation: string;
  readonly outcome: string;
  readonly phases: Readonly<Record<'finalize' | 'rollout', { readonly status: string }>>;
}

interface Inspected {
  readonly Config: { readonly Image: string; readonly Env: readonly string[]; readonly Labels: Readonly<Record<string, string>> };
  readonly State: { readonly Status: string; readonly ExitCode: number; readonly Health?: { readonly Status: string } };
  readonly HostConfig: { readonly RestartPolicy: { readonly Name: string } };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly Aliases: readonly string[] | null }>> };
  readonly Mounts: readonly { readonly Name?: string; readonly Destination: string }[];
}

/** Records of the host, newest first. */
export async function releasesOf(arena: Arena): Promise<readonly Release[]> {
  const folder = join(arena.state, 'releases');
  const texts = await Promise.all((await readdir(folder).catch(() => [])).map((id) => readFile(join(folder, id, 'release.json'), 'utf8').catch(() => '')));
  return texts.filter((text) => text !== '').map((text) => JSON.parse(text) as Release).sort((a, b) => b.serial - a.serial || (a.id < b.id ? 1 : -1));
}

/**
 * Everything of the environment that a user could see, as text: containers with labels, networks and mounts, routes, the newest records, what lies open.
 * Ids, times, addresses and numbers of containers are told by what they mean, so that two runs to one end give one text.
 */
export async function stateOf(arena: Arena, greeting: string): Promise<string> {
  const releases = await releasesOf(arena);
  const completed = releases.filter(({ outcome }) => outcome === 'completed');
  const names = new Map<string, string>();
  for (const [index, name] of ['serving', 'before'].entries()) {
    const release = completed[index];
    if (release) names.set(release.id, `<${name}>`).set(release.operation, `<operation of ${name}>`);
  }
  const newest = releases[0];
  if (newest && !names.has(newest.id)) names.set(newest.id, '<newest>').set(newest.operation, '<operation of newest>');
  const plain = (text: string): string =>
    text
      .replaceAll(/\b(rel-\d{8}-\d{9}-[0-9a-f]{4}|op-\d{8}-\d{9}-[0-9a-f]{4})\b/g, (id) => names.get(id) ?? '<earlier>')
      .replaceAll(/\b[0-9a-f]{64}\b/g, '<digest>')
      .replaceAll(new RegExp(`${arena.composeProject}-(\\w+)-\\d+`, 'g'), `${arena.composeProject}-$1-<n>`);
  // A lock may lie there, free to all when its operation is closed; and a decision, which means nothing without an open operation.
  const files = ['open.json'];
  const there = await readdir(arena.state);
  return [
    ...(await containers(arena, greeting)),
    `networks: ${(await arena.stage.docker(['network', 'ls', '--filter', `name=${arena.composeProject}`, '--format', '{{.Name}}'])).split('\n').sort().join(' ')}`,
    `routes: ${await routes(arena)}`,
    `newest record: ${newest ? record(newest) : 'none'}`,
    `lies there: ${files.filter((name) => there.includes(name)).join(' ')}`,
  ].map(plain).join('\n');
}

async function containers(arena: Arena, greeting: string): Promise<readonly string[]> {
  const ids = (await arena.stage.docker(['ps', '-aq', '--filter', `label=com.docker.compose.project=${arena.composeProject}`])).split('\n').filter((id) => id !== '');
  if (ids.length === 0) return [];
  const all = JSON.parse(await arena.stage.docker(['inspect', ...ids])) as readonly Inspected[];
  return all
    .map(({ Config, State, HostConfig, NetworkSettings, Mounts }) => {
      const service = Config.Labels['com.docker.compose.service'] ?? '';
      // A job's container is that of the last release that ran it, and a rollback runs none.
      const lasting = service === 'job';
      const labels = Object.entries(Config.Labels).filter(([name]) => /^stagecraft\./.test(name) && !(lasting && /release|operation/.test(name))).sort().map(([name, value]) => `${name}=${value}`);
      const networks = Object.entries(NetworkSettings.Networks).sort().map(([name, { Aliases }]) => `${name}(${(Aliases ?? []).filter((alias) => !/^[0-9a-f]{12}$/.test(alias)).sort().join(',')})`);
      const env = Config.Env.filter((line) => line.startsWith('GREETING=') && !lasting).map((line) => (line === `GREETING=${greeting}` ? 'says what it must' : `says ${line}`));
      return [service, State.Status, State.Health?.Status ?? '-', State.Status === 'exited' ? State.ExitCode : '-', HostConfig.RestartPolicy.Name, Config.Image, ...env, ...labels, ...networks, ...Mounts.map(({ Name, Destination }) => `${Name}:${Destination}`)].join(' ');
    })
    .sort();
}

async function routes(arena: Arena): Promise<string> {
  const folder = join(arena.stage.env['STAGECRAFT_HOST_DIR'] ?? '', 'proxy');
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && entry.name.startsWith(arena.composeProject)).map((entry) => join(entry.parentPath, entry.name)).sort();
  return (await Promise.all(names.map(async (name) => `${name.slice(folder.length)}: ${(await readFile(name, 'utf8')).replaceAll(/\s+/g, ' ')}`))).join('; ');
}

/** Without times, and without what says where in the journal it was closed. */
function record(release: Release): string {
  return JSON.stringify({ ...release, serial: 0, startedAt: '', finishedAt: '', hosts: {}, version: '', phases: phasesOf(release) });
}

function phasesOf(release: Release): unknown {
  return Object.fromEntries(Object.entries(release.phases).map(([name, { status }]) => [name, status]));
}
