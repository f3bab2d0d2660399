import { fail } from '../../src/errors/index.js';
import type { Process, SimulatedHost } from './host/host.js';
import type { Laws } from './laws.js';
import { lost, type Operator } from './operator.js';
import type { Item, Turns } from './turns.js';

/** What may be done in place of what would come next, and doing it. */
export class Faults {
  constructor(private readonly world: { operators: readonly Operator[]; readonly hosts: readonly SimulatedHost[]; readonly turns: Turns; readonly laws: Laws }) {}

  instead({ by, process }: Item): readonly string[] {
    // A file that is about to be synced: for everybody but a power cut it is so already.
    if (process?.stop?.what.startsWith('sync ')) return losses(process);
    const others = this.world.operators.filter((other) => other !== by && other.alive && !other.finished && !other.frozen && !this.world.operators.slice(0, this.world.operators.indexOf(by)).includes(other));
    const all = others.map((other) => `switch ${other.name}`);
    if (by.alive && !by.finished) {
      all.push(`crash ${by.name}`, `interrupt ${by.name}`, ...this.world.hosts.filter((host) => !by.cut.has(host)).map((host) => `cut ${by.name} ${host.name}`), ...(others.length > 0 ? [`freeze ${by.name}`] : []));
    }
    if (process?.kind === 'step') all.push('kill script', 'power', ...(others.length > 0 ? ['freeze script'] : []));
    if (process) all.push(...losses(process));
    return all;
  }

  apply(what: string, { by, process }: Item): void {
    const [verb = '', name = '', from = ''] = what.split(' ');
    const operator = this.world.operators.find((one) => one.name === name) ?? by;
    switch (verb) {
      case 'switch':
        this.world.operators = [operator, ...this.world.operators.filter((one) => one !== operator)];
        return;
      case 'crash':
        return this.crash(operator);
      case 'interrupt':
        return operator.interrupted.abort(fail({ code: 'SC5414', kind: 'interrupted', message: 'interrupted by SIGINT' }));
      case 'cut':
        return this.cut(operator, this.world.hosts.find((host) => host.name === from));
      case 'freeze':
        return this.world.turns.freeze(name === 'script' && process ? process : operator);
      case 'kill':
        if (process) process.host.kill(process);
        return;
      case 'power':
        return process && this.power(process.host, by, what.slice('power '.length));
      default:
        throw new Error(`nobody knows how to ${what}`);
    }
  }

  /** The power of a host fails and comes back. Who waits for a script hears that it is over. */
  private power(host: SimulatedHost, by: Operator, lost: string): void {
    // One host alone is the machine of whoever deploys to it.
    if (this.world.hosts.length === 1) for (const one of this.world.operators) if (one.machine === by.machine) this.crash(one);
    const waited = host.processes.filter((process) => process.kind === 'run');
    host.reboot(lost);
    this.world.laws.afterPowerCut(host);
    for (const process of waited) process.ended?.(255, '', '');
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
    for (const host of this.world.hosts) for (const running of host.processes) if (running.by === operator.name && running.kind === 'run') host.kill(running);
  }
}

function losses({ host }: Process): readonly string[] {
  return host.disk.losses().map((how) => `power ${how}`);
}
