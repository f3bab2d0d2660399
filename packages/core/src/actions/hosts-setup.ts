import type { HostSettings } from '../config/types.js';
import { fail, isStagecraftError } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import { offerOf, offerScript } from '../hosts/setup/packages.js';
import { needsPackages, planSetup, refusalOf, stateFolderOf, warningsOf, type SetupChange, type SetupRefusal } from '../hosts/setup/plan.js';
import { changeScript, changeText, checkScript } from '../hosts/setup/scripts.js';
import { surveyOf, surveyScript, type SetupSurvey } from '../hosts/setup/survey.js';
import { holdsOpen } from '../io/catalogue/phases.js';
import type { Shell } from '../ports/shell.js';
import { identify } from './identity.js';
import { targetOf } from './ssh-host.js';
import type { HostSetUp, HostsSetupOptions, HostsSetupResult, Workspace } from './types.js';

/**
 * Brings what hosts lack that have only SSH: an engine and Compose, the state folder, the group, `live-restore`. All hosts side by side; what is changed is shown
 * before, and asked for. A host that cannot be set up holds up none of the others.
 */
export async function hostsSetup(ws: Workspace, options: HostsSetupOptions): Promise<HostsSetupResult> {
  const identity = await identify(ws);
  const { ssh } = ws;
  if (identity.driver !== 'ssh' || !ssh) throw fail({ code: 'SC5009', kind: 'user', message: `\`stagecraft hosts setup\` is for hosts over SSH (driver: ssh), and ${identity.environment} has driver ${identity.driver}.`, next: ['stagecraft config show'] });
  if (!/^[a-z0-9.-]*$/.test(options.suite ?? '')) throw fail({ code: 'SC5096', kind: 'user', message: `${options.suite ?? ''} is no name of a suite.`, next: ['stagecraft hosts setup --suite trixie'] });
  const chosen = choose(identity.hosts, options.hosts, identity.environment);
  const drafts = await Promise.all(chosen.map((host) => drafted(ws, host, options, () => ssh.to(targetOf(host, options.as)).shell)));
  const changing = drafts.filter((draft) => draft.shell && draft.changes.length > 0);
  const done = (hosts: readonly HostSetUp[]): HostsSetupResult => ({ environment: identity.environment, hosts });
  if (options.dryRun) return done(drafts.map((draft) => draft.result ?? resultOf(draft, draft.changes.length > 0 ? 'planned' : 'nothing to do')));
  if (changing.length > 0) await confirm(ws, changing);
  return done(await Promise.all(drafts.map(async (draft) => draft.result ?? (await carryOut(ws, draft)))));
}

interface Draft {
  readonly host: string;
  readonly user: string;
  readonly changes: readonly SetupChange[];
  readonly root: boolean;
  /** Where the user has the state. */
  readonly folder: string;
  readonly warnings: readonly string[];
  /** Absent where it is not to be changed; its result says why. */
  readonly shell?: Shell;
  readonly result?: HostSetUp;
}

function choose(hosts: readonly HostSettings[], names: readonly string[], environment: string): readonly HostSettings[] {
  const unknown = names.filter((name) => !hosts.some((host) => host.name === name));
  if (unknown.length > 0) throw fail({ code: 'SC5097', kind: 'user', message: `${environment} has no host ${unknown.join(', ')}.`, next: [`Hosts: ${hosts.map((host) => host.name).join(', ')}`] });
  return names.length === 0 ? hosts : hosts.filter((host) => names.includes(host.name));
}

async function drafted(ws: Workspace, host: HostSettings, { suite = '', as }: HostsSetupOptions, shellOf: () => Shell): Promise<Draft> {
  const { name } = host;
  try {
    const shell = shellOf();
    // Who deploys is whom the config names; else who logs in.
    const survey = await surveyed(shell, name, host.user ?? '');
    const user = host.user ?? (as === undefined ? survey.login : as);
    const of = { host: name, user, changes: [], root: survey.power === 'root', folder: stateFolderOf(survey), warnings: warningsOf(survey, { host: name, user }) };
    const refusal = refusalOf(survey, { host: name, user });
    if (refusal) return { ...of, result: refused(name, refusal) };
    if (needsPackages(survey)) ws.io.event(holdsOpen({ text: `${name}: asking its package sources${suite === '' ? '' : ` and ${suite}`}` }));
    const offer = needsPackages(survey) ? offerOf(await asked(shell, name, suite)) : undefined;
    const plan = planSetup(survey, offer, { host: name, user, suite });
    return 'code' in plan ? { ...of, result: refused(name, plan) } : { ...of, changes: plan, shell };
  } catch (error) {
    return { host: name, user: '', changes: [], root: false, folder: '', warnings: [], result: failed(name, error) };
  }
}

async function surveyed(shell: Shell, name: string, user: string): Promise<SetupSurvey> {
  const ran = await shell.run(surveyScript(user), { timeoutMs: 120_000, again: true });
  const survey = surveyOf(ran.stdout);
  if (survey.login === '') throw fail({ code: 'SC3713', kind: 'external', message: `${name} has no POSIX shell that works: ${lastLine(ran.stderr)}`, next: ['stagecraft status'] });
  return survey;
}

async function asked(shell: Shell, name: string, suite: string): Promise<string> {
  const ran = await shell.run(offerScript(suite), { timeoutMs: 300_000, again: true });
  if (ran.exitCode === 0) return ran.stdout;
  throw fail({ code: 'SC5094', kind: 'external', message: `The package sources of ${name} do not answer: ${ran.stderr.trim()}`, next: ['On the host: sudo apt-get update'] });
}

async function confirm(ws: Workspace, drafts: readonly Draft[]): Promise<void> {
  for (const { host, changes } of drafts) for (const change of changes) ws.io.event(holdsOpen({ text: `${host}: ${changeText(change)} (${change.why})` }));
  if (ws.yes) return;
  const answer = await ws.io.ask({ code: 'SC5098', text: `Change ${drafts.map(({ host }) => host).join(', ')} so?`, choices: ['yes', 'no'], fallback: 'no' });
  if (answer !== 'yes') throw fail({ code: 'SC5098', kind: 'user', message: 'Nothing was changed.', next: ['stagecraft hosts setup --dry-run', 'or answer the question beforehand: stagecraft hosts setup --yes'] });
}

/** One after the other on a host; a run that was cut off is finished by the next one. */
async function carryOut(ws: Workspace, draft: Draft): Promise<HostSetUp> {
  const { host, changes, shell, user, folder } = draft;
  if (!shell) return resultOf(draft, 'nothing to do');
  try {
    for (const change of changes) {
      ws.io.event(holdsOpen({ text: `${host}: ${changeText(change)}` }));
      await asRoot(ws, draft, shell, changeText(change), changeScript(change));
      // What packages bring does not begin by itself everywhere.
      if (change.kind === 'packages') await asRoot(ws, draft, shell, 'start the engine', changeScript({ kind: 'start', why: '' }));
    }
    const [engine = '', compose = ''] = (await asRoot(ws, draft, shell, `check flock, fsync and the engine as ${user}`, checkScript(user, folder))).trim().split('\n');
    return { ...resultOf(draft, changes.length > 0 ? 'ready' : 'nothing to do'), engine, compose };
  } catch (error) {
    return { ...failed(host, error), changes: changes.map(shown) };
  }
}

async function asRoot(ws: Workspace, { host, root }: Draft, shell: Shell, what: string, script: string): Promise<string> {
  const ran = await shell.run(root ? script : `sudo -n sh -c ${quote(script)}`, { timeoutMs: 1_200_000, signal: ws.signal });
  if (ran.exitCode === 0) return ran.stdout;
  throw fail({ code: 'SC5099', kind: 'external', message: `${host}: ${what} ended with exit code ${ran.exitCode}: ${ran.stderr.trim()}`, next: ['stagecraft hosts setup goes on where it ended'] });
}

function shown(change: SetupChange): HostSetUp['changes'][number] {
  return { kind: change.kind, text: changeText(change), why: change.why };
}

function resultOf({ host, changes, warnings }: Draft, outcome: HostSetUp['outcome']): HostSetUp {
  return { host, outcome, changes: changes.map(shown), ...(warnings.length > 0 ? { warnings } : {}) };
}

function refused(host: string, { code, message, next }: SetupRefusal): HostSetUp {
  return { host, outcome: 'refused', changes: [], error: { code, message, next } };
}

function failed(host: string, error: unknown): HostSetUp {
  if (!isStagecraftError(error) || error.kind === 'bug' || error.kind === 'interrupted') throw error;
  return { host, outcome: error.kind === 'user' ? 'refused' : 'failed', changes: [], error: { code: error.code, message: error.message, next: error.next } };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
