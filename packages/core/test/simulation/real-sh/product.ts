import { Engine } from '../host/engine.js';
import type { Disk } from '../host/disk.js';
import { root } from '../place.js';
import { scenarios } from '../scenarios.js';
import type { Watch } from '../setup.js';
import { Simulation } from '../simulation.js';
import type { Run } from '../sh/run.js';
import type { Shell } from '../sh/shell.js';
import { under } from './states.js';
import type { Case } from './twin.js';

/**
 * Scripts that the simulation runs, each with the host as it finds it: those of whole runs, and of runs in which a script was killed or the power went. Of those
 * with equal texts, but for ids and times, as many as are said; others each time, by the seed.
 */
export async function scriptsOfRuns(seed: number, ofEach: number): Promise<readonly Case[]> {
  const found = new Map<string, Case[]>();
  for (const [index, setup] of (await scenarios()).entries()) {
    for (const what of ['', 'kill script', 'power']) {
      const simulation = new Simulation(setup, [], what === '' ? {} : once(what, 60 + ((seed + index * 61) % 200)));
      for (const host of simulation.hosts) {
        host.begun = (text, stdin) => {
          const shape = `${what} ${text.slice(text.lastIndexOf('\n}\n')).replace(/[0-9a-f]{8,}|\d+/g, '#')}`;
          const same = found.get(shape) ?? [];
          found.set(shape, same);
          // Never the first ones alone: what a host has on its disk later is more.
          if (same.length >= ofEach) same.shift();
          same.push(caseOf(`${setup.name} ${what}`, text, stdin, host.disk, new Engine(host.engine)));
        };
      }
      const { violations } = await simulation.run();
      if (violations.length > 0) throw new Error(violations.join());
    }
  }
  return [...found.values()].flat();
}

/** Does it at the first place from there on where it can be done. */
function once(what: string, from: number): Watch {
  let done = false;
  return {
    choose({ at, instead }) {
      if (done || at < from || !instead.includes(what)) return undefined;
      done = true;
      return what;
    },
  };
}

/** The state folder lies in the folder of the case. */
function caseOf(name: string, script: string, stdin: string, disk: Disk, engine: Engine): Case {
  const files = new Map(
    disk.below(root).map((path) => {
      const node = disk.find(path);
      return [path.slice(1), { text: node?.folder ? undefined : (node?.text ?? ''), mode: node?.mode ?? 0 }] as const;
    }),
  );
  return {
    name, stdin, files: new Map([[root.slice(1), { text: undefined, mode: 0o700 }], ...files]), docker: (shell: Shell, argv: readonly string[]): Run => engine.command(shell, argv), unordered: script.includes('find '),
    script: under(script),
  };
}
