import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestHost } from '@stagecraft-tools/hosts';
import { must } from '../point.js';
import { checkout, type Ran, type Stage } from '../stage.js';
import type { HostsScene } from './scene.js';

export const cli = join(checkout, 'packages/cli/bin/run.js');

export async function allSay(scene: HostsScene, word: string): Promise<void> {
  const answers = await scene.answers();
  must(answers.every((answer) => answer === word), `the hosts say ${answers.join(', ')}, not ${word}`);
}

/** What all hosts say once none is starting any more. */
export async function steady(scene: HostsScene): Promise<readonly string[]> {
  let answers = await scene.answers();
  for (const until = Date.now() + 60_000; Date.now() < until && answers.some((answer) => !/^(one|two)$/.test(answer)); answers = await scene.answers()) await sleep(500);
  return answers;
}

/** Every host has the same closed records, oldest first. @returns their outcomes. */
export async function oneHistory(scene: HostsScene, wanted?: readonly string[]): Promise<readonly string[]> {
  const histories = await Promise.all(
    scene.hosts.map(async (host) => {
      const text = await host.must(['sh', '-c', 'set -e; cd "$1"; for id in *; do printf "%s %s\\n" "$id" "$(sed -n \'s/.*"outcome":"\\([a-z]*\\)".*/\\1/p\' "$id/release.json")"; done; ls ../open.json 2>/dev/null || :', 'sh', '/root/.stagecraft/fleet/prod/releases']);
      return text.trim();
    }),
  );
  must(new Set(histories).size === 1, `the hosts have other histories:\n${histories.join('\n--\n')}`);
  const outcomes = (histories[0] ?? '').split('\n').map((line) => line.split(' ')[1] ?? line);
  must(wanted === undefined || outcomes.join() === wanted.join(), `the history is ${outcomes.join(', ')}`);
  return outcomes;
}

export interface Begun {
  /** Waits until it has printed this. */
  seen(pattern: RegExp): Promise<void>;
  printed(): string;
  /** Ends the operator, or stops it where it is, or lets it go on. */
  kill(signal?: NodeJS.Signals): void;
  readonly ended: Promise<number>;
}

export function begin(stage: Stage, scene: HostsScene, args: readonly string[]): Begun {
  const child = spawn(process.execPath, [cli, ...args], { cwd: stage.folder, env: { ...stage.env, ...scene.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  child.stderr.on('data', (part: Buffer) => (text += part.toString()));
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 137)));
  return {
    printed: () => text,
    kill: (signal = 'SIGKILL') => void child.kill(signal),
    ended,
    async seen(pattern) {
      for (const until = Date.now() + 120_000; !pattern.test(text); await sleep(20)) must(child.exitCode === null && Date.now() < until, `${String(pattern)} did not come: ${text.slice(-1500)}`);
    },
  };
}

/** Begins to deploy another word, and is there when a step of it begins. */
export async function updating(stage: Stage, scene: HostsScene, host: TestHost | undefined, verb: 'start' | 'gate'): Promise<Begun> {
  must(host, 'there are three hosts');
  await scene.says('two');
  const running = begin(stage, scene, ['deploy', '--yes', '--json-events']);
  await running.seen(new RegExp(`"id":"${host.address}/web/${verb}"[^\\n]*"status":"running"`));
  return running;
}

/** A command on another machine, in a folder that has the project and nothing else. */
export function elsewhere(stage: Stage, scene: HostsScene, folder: string, ...args: readonly string[]): Promise<Ran> {
  return stage.run(['unshare', '--uts', '--pid', '--fork', '--mount-proc', 'sh', '-c', 'hostname elsewhere && exec "$@"', 'sh', process.execPath, cli, ...args], { cwd: folder, env: scene.env });
}
