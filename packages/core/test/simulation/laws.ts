import type { Members } from '../../src/protocol/members.js';
import type { JournalRecord, LockRecord, OpenRecord, Owner, ReleaseRecord } from '../../src/protocol/types.js';
import { printOf } from './host/prints.js';
import type { Process, SimulatedHost } from './host/host.js';
import type { CommandResult, Operator } from './operator.js';
import { root } from './place.js';

const folder = `${root}/shop/prod`;
const table = `${root}/proxy/files/shop.txt`;
const edge = 'shop-prod-edge';

/** What must hold at every instant of a run. */
export class Laws {
  readonly violations: string[] = [];
  /** Sessions in the order in which they first changed something, by host. */
  private readonly actors = new Map<string, string[]>();
  private serving = false;
  /** The journal as it was acknowledged, by host; and as the last record made it, while its script has not gone on. */
  private readonly acknowledged = new Map<SimulatedHost, string>();
  private readonly appended = new Map<SimulatedHost, { readonly by: Process | undefined; readonly text: string }>();
  /** What exit codes said, which has to stay. */
  private readonly told: { readonly host: SimulatedHost; readonly release: string; readonly outcomes: readonly string[] }[] = [];

  constructor(
    private readonly hosts: readonly SimulatedHost[],
    private readonly operators: () => readonly Operator[],
    private readonly isDead: (owner: Owner) => boolean,
  ) {
    for (const host of hosts) {
      host.engine.watch = (what) => {
        this.acknowledge(host, host.current);
        this.acted(host, what);
        this.served(host, what);
      };
      host.disk.watch = (path, before, now) => this.changed(host, path, before, now);
      host.ended = (process) => this.acknowledge(host, process);
    }
  }

  /** From now on the application has to be served. */
  beginServing(): void {
    this.serving = true;
    for (const host of this.hosts) this.served(host, 'the beginning');
  }

  /** Hosts but for those that were forgotten: what is on these binds nobody. */
  get taking(): readonly SimulatedHost[] {
    const known = this.hosts.map((host) => recordOf<Members>(host.disk.read(`${folder}/members.json`))).filter((members) => members !== undefined);
    const { hosts = {} } = known.sort((a, b) => b.turn - a.turn)[0] ?? {};
    return this.hosts.filter(({ name }) => hosts[name]?.is !== 'forgotten');
  }

  get print(): number {
    return printOf([...this.actors.values()].map((sessions) => sessions.join()).join(';') + this.violations.join());
  }

  broken(kind: string, detail: string): void {
    this.violations.push(`${kind}: ${detail}`);
  }

  private changed(host: SimulatedHost, path: string, before: string | undefined, now: string | undefined): void {
    if (path === `${folder}/lock`) this.lock(host, before, now);
    if (!path.startsWith(root) || path.endsWith('.stagecraft-temp') || path.endsWith('lock') || path.includes('/runs/')) return;
    if (path === `${folder}/journal.ndjson`) this.journal(host, before ?? '', now ?? '');
    else this.acknowledge(host, host.current);
    this.acted(host, path);
    if (path === table) this.served(host, `write ${path}`);
  }

  /** One mutator a host: who acted, and was followed by another, never acts again. */
  private acted(host: SimulatedHost, what: string): void {
    const session = host.current?.session ?? '';
    if (session === '') return;
    const sessions = this.actors.get(host.name) ?? [];
    this.actors.set(host.name, sessions);
    if (sessions.at(-1) === session) return;
    if (sessions.includes(session)) this.broken('two mutators', `${host.current?.by} goes on as ${session} after ${sessions.at(-1)} began: ${what}`);
    else sessions.push(session);
  }

  /** Old or new serves at every instant, and nothing is routed to what does not answer. */
  private served(host: SimulatedHost, what: string): void {
    if (!this.serving) return;
    const aliases = (host.disk.read(table) ?? '').split('\n').filter((line) => line !== '');
    const behind = aliases.map((alias) => [...host.engine.containers.values()].find((c) => host.engine.healthy(c) && c.networks[edge]?.includes(alias)));
    if (behind.every((c) => c === undefined)) this.broken('nothing serves', `${host.name}, after ${what}`);
    else if (behind.some((c) => c === undefined)) this.broken('routed to the dead', `${host.name}, ${aliases.join()} after ${what}`);
  }

  /** What is in the journal stays there; only a torn last line may go. */
  private journal(host: SimulatedHost, before: string, now: string): void {
    const whole = before.slice(0, before.lastIndexOf('\n') + 1);
    if (!now.startsWith(whole)) this.broken('record lost', `${host.name}: the journal was cut`);
    this.appended.set(host, { by: host.current, text: now });
    for (const line of now.slice(whole.length).split('\n')) {
      if (line.includes('"type":"intent"') && line.endsWith('}')) this.repeated(host, JSON.parse(line) as JournalRecord, whole);
    }
  }

  /** Who appended goes on: the record is on the disk. */
  private acknowledge(host: SimulatedHost, process: Process | undefined): void {
    const last = this.appended.get(host);
    if (last === undefined || last.by !== process) return;
    this.appended.delete(host);
    this.acknowledged.set(host, last.text);
  }

  /** What was acknowledged and what was told is there after the power came back. */
  afterPowerCut(host: SimulatedHost): void {
    const text = host.disk.read(`${folder}/journal.ndjson`) ?? '';
    if (!text.startsWith(this.acknowledged.get(host) ?? '')) this.broken('record lost', `${host.name}: the power cut took what was acknowledged`);
    this.appended.delete(host);
    for (const { release, outcomes } of this.told.filter((one) => one.host === host)) {
      const { outcome = 'gone' } = recordOf<ReleaseRecord>(host.disk.read(`${folder}/releases/${release}/release.json`)) ?? {};
      if (!outcomes.includes(outcome)) this.broken('record lost', `${host.name}: ${release} was told to be ${outcomes.join(' or ')}, and after the power cut is ${outcome}`);
    }
  }

  /** No step is repeated unprobed, and none that was completed, but after a boot. */
  private repeated(host: SimulatedHost, intent: JournalRecord, before: string): void {
    const records = before.split('\n').map((line) => recordOf<JournalRecord>(line)).filter((record) => record !== undefined);
    const same = records.filter((one) => one.operation === intent.operation && one.step === intent.step && (one.direction ?? 'do') === intent.direction && (one.type === 'intent' || one.type === 'outcome'));
    const last = same.at(-1);
    if (!last) return;
    const operator = this.operators().find((one) => one.name === host.current?.by);
    if (last.type === 'outcome' && last.status === 'completed' && last.bootId === intent.bootId) this.broken('repeated', `${intent.step} (${intent.direction}) was completed and is done again by ${operator?.name}`);
    else if (operator && operator.probes === 0) this.broken('unprobed', `${intent.step} (${intent.direction}) is done again by ${operator.name}, who did not look`);
    if (operator) operator.probes = 0;
  }

  /** The lock changes hands where its holder gave it up, closed, is dead, or is named. */
  private lock(host: SimulatedHost, before: string | undefined, now: string | undefined): void {
    if (before === undefined) return;
    const held = recordOf<LockRecord>(before);
    const next = recordOf<LockRecord>(now);
    // A power cut may leave what is no lock; nobody holds it.
    if (held === undefined) return;
    const by = host.current;
    if (next?.session === held.session) return;
    if (by?.session === held.session && (next === undefined || by.command === 'lock take')) return;
    const closed = (host.disk.read(`${folder}/journal.ndjson`) ?? '').includes(`"type":"close","operation":"${held.operation}",`);
    const left = held.left && !host.disk.locked(`${folder}/step.lock`);
    if (next === undefined || !(closed || left || this.isDead(held.owner))) this.broken('lock stolen', `${by?.by} took it from ${held.owner.user}: ${next?.session ?? 'removed'}`);
  }

  /** What an exit code says is so. */
  answered(operator: Operator, result: CommandResult): void {
    if (!result.command.startsWith('deploy') || result.command.includes('nothing') || (result.code !== 0 && result.code !== 4)) return;
    const id = result.release ?? /rel-[\w-]+/.exec(result.message)?.[0];
    for (const host of this.taking) {
      const record: Partial<ReleaseRecord> = recordOf<ReleaseRecord>(host.disk.read(`${folder}/releases/${id}/release.json`)) ?? {};
      const wanted = result.code === 4 ? (result.command.endsWith('--resume') ? ['returned', 'failed'] : ['returned']) : result.command.endsWith('--abort') ? ['returned', 'failed'] : ['completed'];
      if (!wanted.includes(record.outcome ?? '')) this.broken('false exit code', `${operator.name} got ${result.code} of ${result.command}, and ${id} is ${record.outcome} on ${host.name}`);
      else if (id !== undefined) this.told.push({ host, release: id, outcomes: wanted });
      const later = this.releases(host).some((other) => other.serial > (record.serial ?? 0));
      const open = host.disk.read(`${folder}/open.json`);
      if (recordOf<OpenRecord>(open)?.release === id) this.broken('false exit code', `${operator.name} got ${result.code} of ${result.command}, and ${id} is open on ${host.name}`);
      if (!later && open === undefined) this.settled(host, `${operator.name} got ${result.code} of ${result.command}`);
    }
  }

  /** Nothing is open: what runs is what the history says, and nothing else is there. */
  settled(host: SimulatedHost, when: string): void {
    const serving = this.servingOn(host);
    const running = [...host.engine.containers.values()].filter((c) => c.project === 'shop-prod');
    // A clean-up that failed is told and left to the next deploy; what it leaves must not come back by itself.
    const wrong = running.filter((c) => (c.labels['stagecraft.release'] === serving?.id ? c.status !== 'running' || c.restartPolicy !== 'always' || !(edge in c.networks) : c.status === 'running' || c.restartPolicy !== 'no'));
    if (!running.some((c) => c.labels['stagecraft.release'] === serving?.id) || wrong.length > 0) this.broken('not settled', `${host.name}, when ${when}: ${serving?.id} serves by the history; there is ${running.map((c) => `${c.id} ${c.status} ${c.restartPolicy}`).join(', ') || 'nothing'}`);
  }

  /** Everybody came to an end, and nobody died: no lock is left behind. */
  atRest(host: SimulatedHost): void {
    const lock = host.disk.read(`${folder}/lock`);
    if (lock === undefined) return;
    const { owner, left } = recordOf<LockRecord>(lock) ?? {};
    if (owner && !left && !this.isDead(owner)) this.broken('lock stranded', `${owner.user} ended, and ${host.name} names it still`);
  }

  /** Committed everywhere, or returned everywhere. */
  agreed(): void {
    const serving = new Map(this.taking.map((host) => [host.name, this.servingOn(host)?.id]));
    if (new Set(serving.values()).size > 1) this.broken('mixed', [...serving].map(([host, id]) => `${host} serves ${id}`).join(', '));
  }

  private servingOn(host: SimulatedHost): ReleaseRecord | undefined {
    return this.releases(host).sort((a, b) => b.serial - a.serial).find((release) => release.outcome === 'completed');
  }

  private releases(host: SimulatedHost): ReleaseRecord[] {
    return host.disk.below(`${folder}/releases`).filter((path) => path.endsWith('/release.json')).map((path) => recordOf<ReleaseRecord>(host.disk.read(path))).filter((record) => record !== undefined);
  }
}

function recordOf<T>(text = ''): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
