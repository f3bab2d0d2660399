import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { aptOf, locked, must, removeCutOff, WORK } from '@stagecraft-tools/engine/parts';
import { hostPlaces } from './places.js';
import { bareRoot } from './root.js';
import { systemPath, whetherHosts } from './whether.js';

/** Counted up when what is in the folder changes: older ones are then not taken. */
const RECIPE = 1;

const NEWER = 'trixie';
const NAMES = { own: ['docker.io', 'docker-compose'], newer: ['docker.io', 'docker-cli', 'docker-compose'] };

/** A folder that is a package source of Debian to hosts that have no way out. */
export interface PackageSource {
  readonly folder: string;
  /** The hosts' own suite. Of its engine and Compose it has what the lists say, not the packages: they are too old. */
  readonly own: string;
  /** The suite whose engine, Compose and all they need can be installed. */
  readonly newer: string;
}

/** The source out of the cache, or made of the packages that this machine's own sources have (network, about 100 MB). */
export async function packageSource(tell: (line: string) => void = () => undefined): Promise<PackageSource | { readonly reason: string }> {
  const distribution = await whetherHosts();
  if (typeof distribution === 'string') return { reason: distribution };
  if (distribution.codename !== 'bookworm') return { reason: `it is made for hosts of Debian 12, and this is ${distribution.codename}` };
  const places = hostPlaces();
  const root = await bareRoot(places.roots, distribution, tell);
  const folder = join(places.packages, `${distribution.codename}-${NEWER}-${process.arch}-r${RECIPE}`);
  mkdirSync(places.packages, { recursive: true });
  await locked(places.packages, async () => {
    removeCutOff(places.packages);
    if (existsSync(folder)) return;
    const work = mkdtempSync(join(places.packages, WORK));
    try {
      tell(`downloading ${NAMES.newer.join(', ')} and what they need (${NEWER})`);
      const installed = { status: join(root, 'var/lib/dpkg/status') };
      const made = join(work, 'source');
      const own = await aptOf({ folder: join(work, 'apt-own'), installed }, distribution);
      await own.update();
      await laySuite(made, distribution.codename, await own.shown(await own.needed(NAMES.own)));
      const newer = await aptOf({ folder: join(work, 'apt-newer'), suite: NEWER, installed }, distribution);
      await newer.update();
      const paragraphs = await newer.shown(await newer.needed(NAMES.newer));
      layPackages(made, await newer.closure(NAMES.newer));
      await laySuite(made, NEWER, paragraphs);
      const there = readdirSync(join(made, 'pool'));
      const missing = paragraphs.map(fileOf).filter((name) => !there.includes(name));
      if (missing.length > 0) throw new Error(`${NEWER}: not downloaded: ${missing.join(', ')}`);
      renameSync(made, folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
  return { folder, own: distribution.codename, newer: NEWER };
}

function layPackages(folder: string, debs: readonly string[]): void {
  mkdirSync(join(folder, 'pool'), { recursive: true });
  for (const deb of debs) copyFileSync(deb, join(folder, 'pool', withoutEpoch(basename(deb))));
}

/** An index of packages, and the release file that vouches for it. */
async function laySuite(folder: string, suite: string, paragraphs: readonly string[]): Promise<void> {
  const architecture = (await must('dpkg', ['--print-architecture'], { env: systemPath() })).trim();
  const index = `main/binary-${architecture}/Packages`;
  const text = paragraphs.map((paragraph) => `${paragraph.replace(/^Filename: .*$/m, `Filename: pool/${fileOf(paragraph)}`)}\n\n`).join('');
  mkdirSync(join(folder, 'dists', suite, index, '..'), { recursive: true });
  writeFileSync(join(folder, 'dists', suite, index), text);
  const lines = ['Origin: Debian', `Suite: ${suite}`, `Codename: ${suite}`, `Architectures: ${architecture}`, 'Components: main', `Date: ${new Date().toUTCString()}`, 'SHA256:', ` ${createHash('sha256').update(text).digest('hex')} ${Buffer.byteLength(text)} ${index}`];
  writeFileSync(join(folder, 'dists', suite, 'Release'), `${lines.join('\n')}\n`);
}

/** A package's file, as it is named in Debian's archive. */
function fileOf(paragraph: string): string {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1] ?? '';
  return `${field('Package')}_${field('Version').replace(/^\d+:/, '')}_${field('Architecture')}.deb`;
}

/** As apt names what it downloads, the epoch (`1%3a`) is part of the version. */
function withoutEpoch(name: string): string {
  return name.replace(/_\d+%3a/, '_');
}
