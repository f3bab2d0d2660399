import { Args, Flags } from '@oclif/core';
import type { HostAway, LogEntry } from '@stagecraft/core';
import { fail, hostAway, logLine } from '@stagecraft/core/host';
import { StagecraftCommand } from '../base/command.js';
import type { Outcome } from '../base/session.js';
import { logText } from '../render/results/logs.js';

export default class Logs extends StagecraftCommand<typeof Logs> {
  static override summary = 'Show what the services print, merged and in order of time.';
  static override description =
    'Of all hosts; with several each line begins with its host. --follow first shows what there is, then lines as they come: over restarts, new containers and connections that break, each line once. A host that does not answer is told, and followed as soon as it does.';
  static override examples = [
    { description: 'Follow two services', command: '<%= config.bin %> logs --follow web worker' },
    { description: 'The last quarter of an hour', command: '<%= config.bin %> logs --since 15m' },
  ];
  static override exitCodes = [0, 1, 2, 3, 10, 130, 143] as const;
  static override strict = false;
  static override args = { services: Args.string({ description: 'Services; default: all.', multiple: true }) };
  static override flags = {
    follow: Flags.boolean({ char: 'f', summary: 'Go on until Ctrl-C.' }),
    since: Flags.string({ helpValue: 'TIME', summary: 'Only newer ones: a duration as in 15m, or a time as in 2030-01-02T03:04:05Z.' }),
    tail: Flags.integer({ min: 0, helpValue: 'N', summary: 'Only the last N lines.' }),
  };

  protected async act(): Promise<Outcome> {
    const { follow, since, tail } = this.flags;
    if (follow && this.session.mode === 'json')
      throw fail({ code: 'SC5416', kind: 'user', message: '--json gives one document, and --follow has no end', next: ['stagecraft logs --follow --json-events'] });
    const ws = await this.workspace();
    const { logs } = await this.actions();
    const entries: LogEntry[] = [];
    let count = 0;
    let complete = true;
    let several = false;
    const on = (hosts: readonly string[]): void => void (several = hosts.length > 1);
    const away = (hosts: readonly HostAway[]): void => {
      complete = false;
      for (const { name, error } of hosts) this.session.io.event(hostAway({ host: name, reason: error }));
    };
    const options = { services: this.services(), follow, on, away, ...(since === undefined ? {} : { since }), ...(tail === undefined ? {} : { tail }) };
    for await (const entry of logs(ws, options)) {
      count += 1;
      if (this.session.mode === 'json') entries.push(entry);
      else if (this.session.mode === 'events') this.session.io.event(logLine(entry));
      else this.session.print(logText(entry, this.look, several));
    }
    return { data: this.session.mode === 'json' ? entries : { lines: count }, exitCode: complete ? 0 : 10 };
  }

  private services(): readonly string[] {
    const { services } = this.args;
    return services === undefined ? [] : [services].flat();
  }
}
