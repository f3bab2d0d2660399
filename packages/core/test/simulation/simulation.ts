import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';
import type { Owner } from '../../src/protocol/types.js';
import type { PluginRef } from '../../src/providers/types.js';
import { root } from './place.js';
import { lockAndLeave, abort, resume, take } from './commands.js';
import { Faults } from './faults.js';
import { mix, printOf } from './host/prints.js';
import { SimulatedHost } from './host/host.js';
import { Laws } from './laws.js';
import { Operator, type Command, type CommandResult } from './operator.js';
import type { Deviation, Outcome, Place, Setup, Watch } from './setup.js';
import { stoppable, Turns, type Item } from './turns.js';

const plugin: PluginRef = { name: 'acme', version: '1.0.0', root: dirname(fileURLToPath(import.meta.url)), manifest: { name: 'acme', version: '1.0.0', type: 'module', oclif: {}, stagecraft: { providers: { proxy: { acme: { module: './proxy.mjs', api: '^0.1.0' } } } } }, bundled: false };

/** One run: operators and hosts, and a schedule. */
export class Simulation {
  readonly hosts: readonly SimulatedHost[];
  readonly plugin = [plugin];
  readonly laws: Laws;
  /** In the order of their turns. */
  operators: readonly Operator[];
  readonly turns: Turns;
  private readonly faults = new Faults(this);
  private readonly trace: string[] = [];
  private readonly places: Place[] = [];
  private at = 0;
  private known = false;
  private error: unknown;

  constructor(
    private readonly setup: Setup,
    private readonly deviations: readonly Deviation[] = [],
    private readonly watch: Watch = {},
  ) {
    this.turns = new Turns(() => this.hosts, () => this.operators, (what) => this.note(what));
    this.hosts = setup.hosts.map(({ name, disk, engine }) => new SimulatedHost(name, this, setup.mutilated, { disk, engine }));
    for (const host of this.hosts) host.engine.sick = new Set(setup.sick);
    this.laws = new Laws(this.hosts, () => this.operators, (owner) => this.isDead(owner));
    this.operators = setup.operators.map(({ name, machine, commands }) => this.operator(name, machine, commands));
  }

  get now(): number {
    return this.turns.now;
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
    if (this.operators.every((operator) => operator.alive && operator.cut.size === 0)) for (const host of this.laws.taking) this.laws.atRest(host);
    const folder = `${root}/shop/prod`;
    const someHost = (name: string): boolean => this.laws.taking.some((host) => host.disk.read(`${folder}/${name}`) !== undefined);
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
    for (const host of this.laws.taking) this.laws.settled(host, 'all came to an end');
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
      const item = this.turns.items()[0];
      if (!item) {
        if (!this.turns.advance()) return this.checkHang();
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
      this.faults.apply(deviation.what, item);
      return true;
    }
    const chosen = this.watch.choose?.({ at, next: item.what, instead: this.faults.instead(item) });
    if (chosen !== undefined) {
      this.note(`-- instead of ${item.what}: ${chosen}`);
      this.faults.apply(chosen, item);
      return true;
    }
    if (at > (this.deviations.at(-1)?.at ?? -1) && this.watch.place) {
      const place = { at, key: this.key(item), next: item.what, instead: this.faults.instead(item) };
      this.places.push(place);
      if (!this.watch.place(place)) this.known = true;
      return this.known;
    }
    return false;
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
