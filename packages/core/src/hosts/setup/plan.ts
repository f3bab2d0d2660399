import type { PackageOffer } from './packages.js';
import type { SetupSurvey } from './survey.js';

/** What a host needs at least, as in `protocol.md`. */
const engineNeeded = [24, 0] as const;
const composeNeeded = [2, 20] as const;

const systemFolder = '/var/lib/stagecraft';

export type SetupChange =
  | { readonly kind: 'packages'; readonly why: string; readonly names: readonly string[]; readonly suite: string; readonly source: string; readonly replaced: readonly string[] }
  | { readonly kind: 'start'; readonly why: string }
  /** `text` in place of `before`: of nobody else's. */
  | { readonly kind: 'settings'; readonly why: string; readonly before: string | undefined; readonly text: string }
  | { readonly kind: 'group'; readonly why: string; readonly user: string }
  | { readonly kind: 'folder'; readonly why: string };

/** Why a host cannot be set up, and what its owner does about it. */
export interface SetupRefusal {
  readonly code: string;
  readonly message: string;
  readonly next: readonly string[];
}

export interface SetupChoice {
  readonly host: string;
  /** Who will deploy. */
  readonly user: string;
  readonly suite: string;
}

/** The host lacks packages, so that its sources have to be asked. */
export function needsPackages(survey: SetupSurvey): boolean {
  return survey.missing.length > 0 || !survey.installed || (survey.engine !== '' && !reaches(survey.engine, engineNeeded)) || !reaches(survey.compose, composeNeeded);
}

/** Why nothing at all can be changed on it; undefined where it can. */
export function refusalOf(survey: SetupSurvey, { host, user }: Pick<SetupChoice, 'host' | 'user'>): SetupRefusal | undefined {
  const { system, power, login } = survey;
  if (system.id !== 'debian' && system.id !== 'ubuntu') return { code: 'SC5090', message: `${host} is ${system.id === '' ? 'no system that says its name' : `${system.id} ${system.version}`.trim()}: hosts setup knows Debian and Ubuntu.`, next: ['Install Docker Engine 24 or later with Compose 2.20 or later on it by hand, then: stagecraft status'] };
  if (!survey.user.exists) return { code: 'SC5095', message: `${host} has no user ${user}.`, next: [`On the host, as root: adduser ${user}`] };
  if (power === 'password' || power === 'none') {
    const rule = `echo '${login} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${login}`;
    return {
      code: 'SC5091',
      message: power === 'none' ? `${login} is not root on ${host}, and there is no sudo.` : `sudo on ${host} asks ${login} for a password.`,
      next: [`stagecraft hosts setup --host ${host} --as root`, ...(power === 'none' ? [] : [`or on the host, as root: ${rule}`])],
    };
  }
  return undefined;
}

/** What is to be changed, in order; empty: it is ready. Pure. @param offer what its package sources have; absent where it lacks none. */
export function planSetup(survey: SetupSurvey, offer: PackageOffer | undefined, choice: SetupChoice): readonly SetupChange[] | SetupRefusal {
  const changes: SetupChange[] = [];
  if (needsPackages(survey)) {
    const needed = packagesFor(survey, offer, choice);
    if ('code' in needed) return needed;
    changes.push(needed);
  } else if (survey.engine === '') changes.push({ kind: 'start', why: 'the engine is there and does not answer' });
  const settings = settingsFor(survey, choice);
  if (settings && 'code' in settings) return settings;
  if (settings) changes.push(settings);
  if (!survey.user.root && !survey.user.member) changes.push({ kind: 'group', why: `${choice.user} is not in the group docker`, user: choice.user });
  if (!isOurs(survey.folder) && !keepsOwn(survey)) changes.push({ kind: 'folder', why: survey.folder === '' ? '/var/lib/stagecraft is not there' : `/var/lib/stagecraft has group and mode ${survey.folder}, not docker 2770` });
  return changes;
}

/** Releases lie in the user's own folder, and a deploy looks there: as soon as there is /var/lib/stagecraft it would look there, and know none of them. */
function keepsOwn({ releases, folder }: SetupSurvey): boolean {
  return releases !== '' && folder === '';
}

/** Where the user who deploys has the state. */
export function stateFolderOf(survey: SetupSurvey): string {
  return keepsOwn(survey) ? survey.releases : systemFolder;
}

/** What its owner is to know, whether something is changed or not. */
export function warningsOf(survey: SetupSurvey, { host, user }: Pick<SetupChoice, 'host' | 'user'>): readonly string[] {
  if (survey.releases === '') return [];
  if (keepsOwn(survey)) return [`Releases of ${user} lie in ${survey.releases} of ${host}: ${systemFolder} is not made, as the next deploy would look for them there and be refused (SC3514).`];
  return [`Releases of ${user} lie in ${survey.releases} of ${host}, and a deploy looks for them in ${systemFolder}: it is refused (SC3514) unless STAGECRAFT_HOST_DIR=${survey.releases} is set.`];
}

function packagesFor(survey: SetupSurvey, offer: PackageOffer | undefined, { host, suite }: SetupChoice): SetupChange | SetupRefusal {
  const { system, engine, compose, missing } = survey;
  // Whoever chose another engine keeps it: two of them on one host are none.
  if (survey.installed && survey.package !== 'docker.io' && engine !== '' && !reaches(engine, engineNeeded))
    return { code: 'SC5100', message: `The engine of ${host} is ${engine}, older than 24, and ${survey.package === '' ? 'no package brought it' : `is of the package ${survey.package}`}: it is not replaced by another.`, next: [survey.package === '' ? 'Upgrade it as it was installed, then run this again.' : `On the host, as root: apt-get install --only-upgrade ${survey.package}`] };
  const engineFits = reaches(engine, engineNeeded) || (survey.installed && engine === '');
  const old = [...(engineFits || reaches(offer?.engine ?? '', engineNeeded) ? [] : [`docker.io ${offer?.engine || 'not at all'}`]), ...(reaches(compose, composeNeeded) || reaches(offer?.compose ?? '', composeNeeded) ? [] : [`Compose ${offer?.compose || 'not at all'}`])];
  if (old.length > 0) {
    const newer = suite === '' ? (newerSuites[system.codename] ?? 'SUITE') : 'SUITE';
    return {
      code: 'SC5092',
      message: `${host} is ${nameOf(system)}, and ${suite === '' ? 'its own packages are' : `the suite ${suite} has them`} too old: ${old.join(', ')}. Needed are engine 24 and Compose 2.20, or later.`,
      next: [`From a newer suite, which also replaces packages that they need (it shows which, and asks): stagecraft hosts setup --host ${host} --suite ${newer}`, 'or install the packages of Docker itself on it, then run this again'],
    };
  }
  const names = [...(offer?.names ?? []).filter((name) => (name.startsWith('docker-compose') ? !reaches(compose, composeNeeded) : !engineFits)), ...(missing.length > 0 ? ['coreutils', 'util-linux'] : [])];
  const why = [...(engineFits ? [] : [engine === '' ? 'there is no engine' : `the engine is ${engine}, older than 24`]), ...(reaches(compose, composeNeeded) ? [] : [compose === '' ? 'there is no Compose' : `Compose is ${compose}, older than 2.20`]), ...missing.map((program) => `there is no ${program}`)];
  return { kind: 'packages', why: why.join(', '), names, suite, source: offer?.source ?? '', replaced: offer?.replaced ?? [] };
}

/** Suites that bring what the key's own packages are too old for. */
const newerSuites: Readonly<Record<string, string>> = { bookworm: 'trixie' };

/** An engine that dies must not take every container with it. All other settings stay as they are. */
function settingsFor({ settings, liveRestore }: SetupSurvey, { host }: SetupChoice): SetupChange | SetupRefusal | undefined {
  const value = settings === undefined || settings.trim() === '' ? {} : parsed(settings);
  if (value === undefined) return { code: 'SC5093', message: `/etc/docker/daemon.json of ${host} is no JSON object; it is left as it is.`, next: ['Correct it on the host, then run this again.'] };
  if (value['live-restore'] === true && liveRestore) return undefined;
  if (value['live-restore'] === undefined && liveRestore) return undefined;
  const why = value['live-restore'] === true ? 'live-restore is set and not in force' : 'live-restore is off: an engine that dies would take all containers with it';
  return { kind: 'settings', why, before: settings, text: `${JSON.stringify({ ...value, 'live-restore': true }, null, 2)}\n` };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function isOurs(folder: string): boolean {
  const [group, mode = ''] = folder.split(' ');
  return group === 'docker' && /^2?77[05]$/.test(mode);
}

/** `20.10.24+dfsg1-1`, `5:27.1`, `v2.26.1`, as numbers. */
function reaches(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, a = '', b = '0'] = /^(?:\d+:)?v?(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return a !== '' && (Number(a) > major || (Number(a) === major && Number(b) >= minor));
}

function nameOf({ id, version, codename }: SetupSurvey['system']): string {
  return `${id === 'ubuntu' ? 'Ubuntu' : 'Debian'} ${version}${codename === '' ? '' : ` (${codename})`}`;
}
