import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { attempt, must } from '../exec.js';
import { atLeast, OLDEST_COMPOSE, OLDEST_ENGINE, parseVersion } from '../versions.js';
import { aptOf, type Apt } from './apt.js';
import { removeCutOff, WORK } from './cutoff.js';
import type { Distribution } from './distribution.js';

/** Counted up when what is unpacked, or how, changes: older folders are then not taken. */
const RECIPE = 1;

/** An engine's programs, unpacked. */
export interface Programs {
  folder: string;
  /** To be put before PATH. */
  bin: string;
  /** Holds `docker-compose` and `docker-buildx`. */
  plugins: string;
  versions: Record<string, string>;
}

/** The programs out of the cache, else out of the distribution's packages (network). */
export async function unpackedPrograms(cache: string, distribution: Distribution, tell: (line: string) => void): Promise<Programs> {
  const all = join(cache, 'programs');
  mkdirSync(all, { recursive: true });
  return cached(all, distribution) ?? (await unpack(all, distribution, tell));
}

interface Manifest {
  recipe: number;
  distribution: Distribution;
  arch: string;
  versions: Record<string, string>;
}

function cached(all: string, distribution: Distribution): Programs | undefined {
  for (const name of readdirSync(all).sort().reverse()) {
    const file = join(all, name, 'manifest.json');
    if (name.startsWith('.') || !existsSync(file)) continue;
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    if (manifest.recipe !== RECIPE || manifest.arch !== process.arch) continue;
    if (manifest.distribution.codename === distribution.codename) return programsIn(join(all, name), manifest.versions);
  }
  return undefined;
}

function programsIn(folder: string, versions: Record<string, string>): Programs {
  return { folder, bin: join(folder, 'bin'), plugins: join(folder, 'plugins'), versions };
}

async function unpack(all: string, distribution: Distribution, tell: (line: string) => void): Promise<Programs> {
  removeCutOff(all);
  // Beside its later place, so that the rename at the end is one step: a folder with a name is always whole.
  const work = mkdtempSync(join(all, WORK));
  try {
    const own = await aptOf({ folder: join(work, 'apt-own'), installed: 'machine' }, distribution);
    tell(`reading the package lists of ${distribution.codename}`);
    await own.update();
    const source = await enginePackages(own, distribution, work, tell);
    tell(`downloading ${source.names.join(', ')} (${source.suite})`);
    const engine = await source.apt.download(source.names, join(work, 'debs'));
    const support = await own.closure(await missingSupport());
    for (const deb of [...engine, ...support]) await must('dpkg-deb', ['-x', deb, join(work, 'root')]);
    lay(work);
    await verify(work);
    const versions: Record<string, string> = {};
    for (const deb of [...engine, ...support]) Object.assign(versions, versionOf(deb));
    writeFileSync(join(work, 'manifest.json'), JSON.stringify({ recipe: RECIPE, distribution, arch: process.arch, versions } satisfies Manifest, null, 2));
    for (const name of ['apt-own', 'apt-newer', 'debs']) rmSync(join(work, name), { recursive: true, force: true });
    const folder = join(all, folderName(versions));
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
    return programsIn(folder, versions);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** `docker.io_26.1.5+dfsg1-9_amd64.deb` as `{ 'docker.io': '26.1.5+dfsg1-9' }`. */
export function versionOf(deb: string): Record<string, string> {
  const [name, version] = basename(deb).split('_');
  return name && version ? { [name]: decodeURIComponent(version) } : {};
}

function folderName(versions: Record<string, string>): string {
  const compose = versions['docker-compose'] ?? versions['docker-compose-v2'];
  return `docker-${versions['docker.io']}-compose-${compose}-r${RECIPE}`.replace(/[^\w.+-]/g, '_');
}

interface EnginePackages {
  apt: Apt;
  suite: string;
  names: string[];
}

/** Which packages of which suite make an engine that is new enough. */
async function enginePackages(own: Apt, distribution: Distribution, work: string, tell: (line: string) => void): Promise<EnginePackages> {
  const names = distribution.id === 'ubuntu' ? ['docker.io', 'docker-compose-v2', 'docker-buildx', 'containerd'] : ['docker.io', 'docker-cli', 'docker-compose', 'docker-buildx', 'containerd'];
  const [engine, compose] = await Promise.all([own.candidate('docker.io'), own.candidate(distribution.id === 'ubuntu' ? 'docker-compose-v2' : 'docker-compose')]);
  const enough = engine !== undefined && compose !== undefined && atLeast(parseVersion(engine), OLDEST_ENGINE) && atLeast(parseVersion(compose), OLDEST_COMPOSE);
  if (enough) return { apt: own, suite: distribution.codename, names };
  const has = `${distribution.codename} has docker.io ${engine ?? 'not at all'} and Compose ${compose ?? 'not at all'}`;
  if (distribution.id === 'ubuntu') throw new Error(`${has}: too old, and no newer suite of Ubuntu is known to run here`);
  tell(`${has}: too old, taking trixie's`);
  const newer = await aptOf({ folder: join(work, 'apt-newer'), suite: 'trixie', installed: 'nothing' }, distribution);
  await newer.update();
  return { apt: newer, suite: 'trixie', names };
}

/** runc and tini are linked against the distribution's own C library, so they are of its own suite. */
async function missingSupport(): Promise<string[]> {
  const wanted = ['runc', 'tini', 'iptables'];
  if ((await attempt('ip', ['-V'])).code !== 0) wanted.push('iproute2');
  return wanted;
}

/** `bin/` with what goes on PATH and `plugins/` for the docker command, as links into the unpacked packages. */
function lay(work: string): void {
  const root = join(work, 'root');
  for (const name of ['bin', 'plugins']) mkdirSync(join(work, name), { recursive: true });
  for (const folder of ['usr/bin', 'usr/sbin', 'sbin', 'bin']) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder)))
      if (/^(docker.*|containerd.*|ctr|runc|tini.*|ip)$/.test(name) && !existsSync(join(work, 'bin', name))) symlinkSync(join('..', 'root', folder, name), join(work, 'bin', name));
  }
  if (!existsSync(join(work, 'bin/docker-init'))) symlinkSync(existsSync(join(root, 'usr/bin/tini-static')) ? 'tini-static' : 'tini', join(work, 'bin/docker-init'));
  for (const folder of ['usr/libexec/docker/cli-plugins', 'usr/lib/docker/cli-plugins']) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder))) symlinkSync(join('..', 'root', folder, name), join(work, 'plugins', name));
  }
  wrapNetfilter(work);
}

/** Wrappers that know the libraries' place, so that dockerd's own environment needs no LD_LIBRARY_PATH. */
function wrapNetfilter(work: string): void {
  const multi = ['usr/sbin', 'sbin'].map((folder) => join('root', folder)).find((folder) => existsSync(join(work, folder, 'xtables-nft-multi')));
  if (!multi) return; // the machine's own are on PATH
  for (const family of ['iptables', 'ip6tables'])
    for (const suffix of ['', '-save', '-restore']) {
      const file = join(work, 'bin', family + suffix);
      writeFileSync(file, netfilterWrapper(multi, family + suffix));
      chmodSync(file, 0o755);
    }
}

function netfilterWrapper(multi: string, name: string): string {
  return `#!/bin/sh
here=$(dirname "$(dirname "$(readlink -f "$0")")")
for lib in "$here"/root/usr/lib/*-linux-gnu* "$here"/root/lib/*-linux-gnu*; do
  [ -d "$lib" ] || continue
  LD_LIBRARY_PATH=\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$lib
  [ -d "$lib/xtables" ] && XTABLES_LIBDIR=$lib/xtables
done
export LD_LIBRARY_PATH XTABLES_LIBDIR
# A kernel without nf_tables still knows the older tables.
kind=nft
[ -n "$STAGECRAFT_ENGINE_XTABLES" ] && kind=$STAGECRAFT_ENGINE_XTABLES
exec "$here/${multi}/xtables-$kind-multi" ${name} "$@"
`;
}

/** Each program answers here, on this C library, before its folder gets a name. */
async function verify(work: string): Promise<void> {
  const env = { ...process.env, PATH: `${join(work, 'bin')}:${process.env['PATH']}` };
  const engine = await must(join(work, 'bin/dockerd'), ['--version'], { env });
  if (!atLeast(parseVersion(engine), OLDEST_ENGINE)) throw new Error(`the unpacked engine is too old: ${engine}`);
  await must('containerd', ['--version'], { env });
  await must('runc', ['--version'], { env });
  await must(join(work, 'bin/docker'), ['--version'], { env });
  const compose = await must(join(work, 'plugins/docker-compose'), ['version', '--short'], { env });
  if (!atLeast(parseVersion(compose), OLDEST_COMPOSE)) throw new Error(`the unpacked Compose is too old: ${compose}`);
}
