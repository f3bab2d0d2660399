import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';
import { fail } from '../../src/errors/index.js';
import type { Owner } from '../../src/protocol/types.js';
import type { PluginRef } from '../../src/providers/types.js';
import { root } from './place.js';
import { lockAndLeave, abort, resume, take } from './commands.js';
import { Disk, mix, printOf } from './host/disk.js';
import { Engine } from './host/engine.js';
import { SimulatedHost, type Mutilation, type Process } from './host/host.js';
import { Laws } from './laws.js';
import { lost, Operator, type Command, type CommandResult, type Request } from './operator.js';

export interface Setup {
  readonly name: string;
  readonly hosts: readonly { readonly name: string; readonly disk: Disk; readonly engine: Engine }[];
  /** The project folder that each operator has a copy of. */
  readonly project: ReadonlyMap<string, string>;
  readonly operators: readonly { readonly name: string; readonly machine: string; readonly commands: readonly Command[] }[];
  /** Images whose containers never become healthy. */
  readonly sick?: readonly string[];
  readonly mutilated?: Mutilation;
  /** How the last operator, who comes after all, goes on. */
  readonly last: 'resume' | 'abort';
}

/** What is done in place of what would come next, at the so-manieth place where that is possible. */
export interface Deviation {
  readonly at: number;
  readonly what: string;
}

export interface Place {
  readonly at: number;
  /** The whole state. */
  readonly key: string;
  /** What would come next. */
  readonly next: string;
  readonly instead: readonly string[];
}

export interface Outcome {
  readonly violations: readonly string[];
  readonly places: readonly Place[];
  readonly results: readonly (CommandResult & { readonly by: string })[];
  /** It came to a state that was known. */
  readonly known: boolean;
  readonly trace: readonly string[];
}

export interface Watch {
  /** At each place behind the last deviation; false: this state is known, the rest need not be looked at. */
  place?(place: Place): boolean;
  /** What to do instead, in place of a schedule. */
  choose?(place: Omit<Place, 'key'>): string | undefined;
  readonly trace?: boolean;
}

const plugin: PluginRef = { name: 'acme', version: '1.0.0', root: dirname(fileURLToPath(import.meta.url)), manifest: { name: 'acme', version: '1.0.0', type: 'module', oclif: {}, stagecraft: { providers: { proxy: { acme: { module: './proxy.mjs', api: '^0.1.0' } } } } }, bundled: false };

type Item = { readonly by: Operator; readonly what: string; readonly process?: Process; readonly request?: Request };

/** One run: operators and hosts, and a schedule. */
export class Simulation {
  now = Date.parse('2026-01-01T00:00:00Z');
  readonly hosts: readonly SimulatedHost[];
  readonly plugin = [plugin];
  readonly laws: Laws;
  private operators: Operator[];
  private readonly trace: string[] = [];
  private readonly places: Place[] = [];
  private frozenAt = 0;
  private at = 0;
  private known = false;
  private error: unknown;

  constructor(
    private readonly setup: Setup,
    private readonly deviations: readonly Deviation[] = [],
    private readonly watch: Watch = {},
  ) {
    this.hosts = setup.hosts.map(({ name, disk, engine }) => new SimulatedHost(name, this, setup.mutilated, { disk, engine }));
    for (const host of this.hosts) host.engine.sick = new Set(setup.sick);
    this.laws = new Laws(this.hosts, () => this.operators, (owner) => this.isDead(owner));
    this.operators = setup.operators.map(({ name, machine, commands }) => this.operator(name, machine, commands));
  }

  async run(): Promise<Outcome> {
    if (this.setup.operators.length > 0) this.laws.beginServing();
    for (const operator of this.operators) this.begin(operator);
    await this.toRest();
    if (!this.known && this.laws.violations.length === 0 && this.setup.operators.length > 0) await this.aftermath();
    const results = this.operators.flatMap((operator) => operator.results.map((result) => ({ ...result, by: operator.name })));
    return { violations: this.laws.violations, places: this.places, results, known: this.known, trace: this.trace };
  }

  /** One command by one operator whom nobody disturbs; the project folder after it. */
  async alone(command: Command): Promise<ReadonlyMap<string, string>> {
    await this.more('first', 'm1', [command]);
    const [operator] = this.operators;
    if (operator?.results[0]?.code !== 0) throw new Error(`${command.name}: ${JSON.stringify(operator?.results)} ${this.laws.violations.join()}`);
    return operator.project;
  }

  isDead(owner: Owner): boolean {
    return this.operators.some((operator) => operator.name === owner.startTime && (!operator.alive || operator.finished));
  }

  answered(operator: Operator, result: CommandResult): void {
    this.note(`${operator.name}: ${result.command} -> ${result.code} ${result.message}`);
    if (this.setup.operators.length > 0) this.laws.answered(operator, result);
  }

  /** Somebody comes after all of it and brings it to an end; then all must be as the history says. */
  private async aftermath(): Promise<void> {
    if (this.operators.every((operator) => operator.alive && operator.cut.size === 0)) for (const host of this.hosts) this.laws.atRest(host);
    const folder = `${root}/shop/prod`;
    const someHost = (name: string): boolean => this.hosts.some((host) => host.disk.read(`${folder}/${name}`) !== undefined);
    const machine = this.setup.operators[0]?.machine ?? '';
    const said: string[] = [];
    let next = this.setup.last === 'resume' ? resume : abort;
    for (let tries = 0; someHost('open.json') && tries < 6 && this.laws.violations.length === 0; tries += 1) {
      const result = await this.more(`last${tries}`, machine, [next]);
      said.push(`${next.name} ${result?.code} ${result?.message}`);
      if (result?.code === 6) next = take;
      // Without the project's files nothing can be sealed; and what is committed goes forward.
      else if (next === resume && result?.code === 1) next = abort;
      else if (next === take || result?.message.startsWith('SC3220')) next = resume;
    }
    if (this.laws.violations.length > 0) return;
    if (someHost('open.json')) this.laws.broken('no end', `the operation stays open: ${said.join('; ')}`);
    for (const host of this.hosts) this.laws.settled(host, 'all came to an end');
    this.laws.agreed();
    if (this.laws.violations.length > 0 || (await this.more('next', machine, [lockAndLeave]))?.code === 0) return;
    const result = await this.more('taker', 'elsewhere', [take, lockAndLeave]);
    if (result?.code !== 0) this.laws.broken('lock stranded', `${result?.code} ${result?.message}`);
  }

  /** One more operator, alone. @returns what the last command came to. */
  private async more(name: string, machine: string, commands: readonly Command[]): Promise<CommandResult | undefined> {
    const operator = this.operator(name, machine, commands);
    this.operators = [...this.operators, operator];
    this.begin(operator);
    await this.toRest(true);
    return operator.results.at(-1);
  }

  private operator(name: string, machine: string, commands: readonly Command[]): Operator {
    return new Operator(name, machine, commands, this, new Map(this.setup.project));
  }

  private begin(operator: Operator): void {
    void operator.live((error) => {
      operator.finished = true;
      this.error ??= error;
      this.laws.broken('bug', `${operator.name} in ${operator.current}: ${(error as Error).stack ?? String(error)}`);
    });
  }

  private async toRest(quiet = false): Promise<void> {
    await this.settle();
    for (let steps = 0; ; steps += 1) {
      if (steps > 40_000) return this.laws.broken('no end', 'forty thousand steps');
      if (this.laws.violations.length > 0 || this.known) return;
      const item = this.items()[0];
      if (!item) {
        if (!this.advance()) return this.checkHang();
        continue;
      }
      if (!quiet && stoppable(item) && this.deviate(item)) {
        await this.settle();
        continue;
      }
      this.note(item.what);
      if (item.request) {
        item.by.requests = item.by.requests.filter((one) => one !== item.request);
        item.request.perform();
        await this.settle();
      } else if (item.process) {
        item.process.host.step(item.process);
        if (!item.process.host.processes.includes(item.process) && item.process.kind === 'run') await this.settle();
      }
    }
  }

  /** What may come next. Who has the turn keeps it while it only waits for time; it passes it on where it waits for another, or has ended. */
  private items(): Item[] {
    for (const by of this.operators) {
      const all: Item[] = [];
      let sleeps = false;
      for (const host of this.hosts) {
        for (const process of host.processes) {
          if (process.by !== by.name || process.frozen) continue;
          if (this.runs(process)) all.push({ by, process, what: `${by.name} ${process.kind}: ${process.stop?.what}` });
          else if (process.stop?.what.startsWith('sleep')) sleeps = true;
        }
      }
      if (by.alive && !by.frozen) {
        for (const request of by.requests) {
          if (!request.sleep || request.until <= this.now) all.push({ by, request, what: `${by.name} asks: ${request.what}` });
          else sleeps = true;
        }
      }
      if (all.length > 0) return all;
      // A script of its own may be held up: then others go on meanwhile.
      if (sleeps && !this.heldUp(by)) return [];
    }
    return [];
  }

  private heldUp(operator: Operator): boolean {
    return this.hosts.some((host) => host.processes.some((process) => process.by === operator.name && (process.frozen || process.stop?.kind === 'wait')));
  }

  private runs({ stop }: Process): boolean {
    return stop?.kind === 'effect' || (stop?.kind === 'wait' && (stop.ready() || this.now >= stop.until));
  }

  /** Time goes on to the next instant at which something may happen. */
  private advance(): boolean {
    const waits = this.hosts.flatMap((host) => host.processes.flatMap((process) => (process.frozen || process.stop?.kind !== 'wait' ? [] : [process.stop.until])));
    const sleeps = this.operators.flatMap((operator) => (operator.alive && !operator.frozen ? operator.requests.filter((request) => request.sleep).map((request) => request.until) : []));
    const next = Math.min(...[...waits, ...sleeps].filter((until) => until > this.now));
    const frozen = this.operators.some((operator) => operator.frozen) || this.hosts.some((host) => host.processes.some((process) => process.frozen));
    if (frozen && (next === Infinity || this.now - this.frozenAt > 100_000)) {
      // An hour later it goes on.
      this.now += 3_600_000;
      this.thaw();
      return true;
    }
    if (next === Infinity) return false;
    this.now = Math.max(this.now, next);
    return true;
  }

  private thaw(): void {
    for (const operator of this.operators) operator.frozen = false;
    for (const host of this.hosts) for (const process of host.processes) process.frozen = false;
    this.note('thaws');
  }

  private checkHang(): void {
    const waiting = this.operators.filter((operator) => operator.alive && !operator.finished);
    if (waiting.length > 0) this.laws.broken('hangs', waiting.map((operator) => `${operator.name} in ${operator.current}`).join());
  }

  /** @returns true when something else was done. */
  private deviate(item: Item): boolean {
    const at = this.at;
    this.at += 1;
    const deviation = this.deviations.find((one) => one.at === at);
    if (deviation) {
      this.note(`-- instead of ${item.what}: ${deviation.what}`);
      this.apply(deviation.what, item);
      return true;
    }
    const chosen = this.watch.choose?.({ at, next: item.what, instead: this.instead(item) });
    if (chosen !== undefined) {
      this.note(`-- instead of ${item.what}: ${chosen}`);
      this.apply(chosen, item);
      return true;
    }
    if (at > (this.deviations.at(-1)?.at ?? -1) && this.watch.place) {
      const place = { at, key: this.key(item), next: item.what, instead: this.instead(item) };
      this.places.push(place);
      if (!this.watch.place(place)) this.known = true;
      return this.known;
    }
    return false;
  }

  private instead({ by, process }: Item): readonly string[] {
    const others = this.operators.filter((other) => other !== by && other.alive && !other.finished && !other.frozen && !this.operators.slice(0, this.operators.indexOf(by)).includes(other));
    const all = others.map((other) => `switch ${other.name}`);
    if (by.alive && !by.finished) {
      all.push(`crash ${by.name}`, `interrupt ${by.name}`, ...this.hosts.filter((host) => !by.cut.has(host)).map((host) => `cut ${by.name} ${host.name}`), ...(others.length > 0 ? [`freeze ${by.name}`] : []));
    }
    if (process?.kind === 'step') all.push('kill script', 'power', ...(others.length > 0 ? ['freeze script'] : []));
    return all;
  }

  private apply(what: string, { by, process }: Item): void {
    const [verb = '', name = '', from = ''] = what.split(' ');
    const operator = this.operators.find((one) => one.name === name) ?? by;
    switch (verb) {
      case 'switch':
        this.operators = [operator, ...this.operators.filter((one) => one !== operator)];
        return;
      case 'crash':
        return this.crash(operator);
      case 'interrupt':
        return operator.interrupted.abort(fail({ code: 'SC5414', kind: 'interrupted', message: 'interrupted by SIGINT' }));
      case 'cut':
        return this.cut(operator, this.hosts.find((host) => host.name === from));
      case 'freeze':
        this.frozenAt = this.now;
        if (name === 'script' && process) process.frozen = true;
        else operator.frozen = true;
        return;
      case 'kill':
        if (process) process.host.kill(process);
        return;
      case 'power':
        // One host alone is the machine of whoever deploys to it.
        if (this.hosts.length === 1) for (const one of this.operators) if (one.machine === by.machine) this.crash(one);
        return process?.host.reboot();
      default:
        throw new Error(`nobody knows how to ${what}`);
    }
  }

  /** The connection is gone. What runs there goes on; whoever waits for it hears no more of it. */
  private cut(operator: Operator, host: SimulatedHost | undefined): void {
    if (!host) return;
    operator.cut.add(host);
    const refused = operator.requests.filter((request) => request.host === host);
    operator.requests = operator.requests.filter((request) => request.host !== host);
    for (const request of refused) request.refuse(lost(host));
    for (const running of host.processes) if (running.by === operator.name && running.kind === 'run') running.ended?.(255, '', '');
  }

  /** SIGKILL: the process and what it ran on its own; what it started in a session of its own goes on. */
  private crash(operator: Operator): void {
    if (operator.finished) return;
    operator.alive = false;
    operator.requests = [];
    for (const host of this.hosts) for (const running of host.processes) if (running.by === operator.name && running.kind === 'run') host.kill(running);
  }

  private key(item: Item): string {
    let print = printOf(item.what);
    for (const operator of this.operators) {
      print = mix(print, operator.print);
      print = mix(print, printOf(`${operator.name} ${operator.alive} ${operator.frozen} ${operator.finished} ${[...operator.cut].map((host) => host.name).join()} ${operator.interrupted.signal.aborted} ${operator.requests.map((request) => `${request.what} ${request.until}`).join(';')}`));
    }
    let hosts = mix(this.now & 0x7fffffff, this.laws.print);
    for (const host of this.hosts) hosts = mix(hosts, host.print);
    return `${print} ${hosts}`;
  }

  /** Lets the operators' own code go on until all of them wait for something of ours. */
  private async settle(): Promise<void> {
    for (let turns = 0; ; turns += 1) {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      const busy = this.operators.some((operator) => operator.alive && !operator.finished && operator.requests.length === 0 && !this.hosts.some((host) => host.processes.some((process) => process.by === operator.name && process.kind === 'run')));
      if (!busy) return;
      // The proxy's module is imported, which really takes time.
      if (turns > 20) await new Promise((resolve) => void setTimeout(resolve, 1));
      if (turns > 5_000) return this.laws.broken('hangs', this.operators.map((operator) => `${operator.name} in ${operator.current}`).join());
    }
  }

  private note(what: string): void {
    if (this.watch.trace) this.trace.push(what);
  }
}

/** Everything but a sleep that is over: nobody can tell when exactly it ends. */
function stoppable({ request }: Item): boolean {
  return !request?.sleep;
}
