import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, type Point } from '../../point.js';
import type { Stage } from '../../stage.js';
import { carried, held, open, operator, until, type Operator, type Running } from './crew.js';

interface Scene {
  readonly holder: Operator;
  readonly taker: Operator;
  readonly project: string;
  journal(): string;
}

/** An operator whose deploy is stopped (a laptop that sleeps), another who takes over, and the first one coming back. */
export const takeover: readonly Point[] = [
  {
    title: 'people: an operator is stopped while it waits for a gate; another takes the lock and resumes; the first comes back and writes nothing',
    async prove(stage, size) {
      const scene = await sceneOf(stage, 'asleep');
      const holder = scene.holder.begin(['deploy', '--yes']);
      await until('the gate', () => holder.printed().includes('waiting for'));
      return told(size, await takenFrom(stage, scene, holder));
    },
  },
  {
    title: 'people: an operator is stopped in mid-step; who takes over waits for the step; the first comes back and writes nothing',
    async prove(stage, size) {
      const scene = await sceneOf(stage, 'midstep', true);
      const holder = scene.holder.begin(['deploy', '--yes']);
      await until('the stop of the old container', async () => {
        await open(stage, scene.project);
        return /"type":"intent"[^\n]*app\/stop"/.test(scene.journal());
      });
      return told(size, await takenFrom(stage, scene, holder));
    },
  },
];

async function sceneOf(stage: Stage, name: string, stubborn = false): Promise<Scene> {
  const project = `${name}-prod`;
  stage.owns(project);
  const [holder, taker] = await Promise.all([operator(stage, 'holder'), operator(stage, 'taker')]);
  await holder.write(held(name, 'the first release', stubborn));
  const first = await carried(stage, project, holder.begin(['deploy', '--yes']));
  must(first.exitCode === 0, `the first deploy: exit ${first.exitCode}: ${first.all}`);
  for (const one of [holder, taker]) await one.write(held(name, 'the holder', stubborn));
  return { holder, taker, project, journal: () => readFileSync(join(stage.env['STAGECRAFT_HOST_DIR'] ?? '', name, 'prod', 'journal.ndjson'), 'utf8') };
}

/** Stops the holder, takes over, resumes, and wakes the holder up again. */
async function takenFrom(stage: Stage, scene: Scene, holder: Running): Promise<Transcript> {
  const { taker, project, journal } = scene;
  const lines: string[] = [];
  const act = async (args: readonly string[], exitCode: number): Promise<string> => {
    const ran = await carried(stage, project, taker.begin(args));
    lines.push(`$ stagecraft ${args.join(' ')}`, ...ran.all.trimEnd().split('\n'), `exit ${ran.exitCode}`);
    must(ran.exitCode === exitCode, `${args.join(' ')}: exit ${ran.exitCode}: ${ran.all}`);
    return ran.all;
  };
  holder.child.kill('SIGSTOP');
  try {
    const refused = await act(['deploy', '--resume', '--yes'], 6);
    const [, session = ''] = /lock take --id (\S+?),? /.exec(refused) ?? [];
    must(session !== '', `the refusal does not say how to take the lock: ${refused}`);
    await act(['lock', 'take', '--id', 's-0000000000000000'], 1);
    await act(['lock', 'take', '--id', session], 0);
    await act(['deploy', '--resume', '--yes'], 0);
    const before = journal();
    must(/"type":"take"/.test(before), 'the journal does not tell of the take-over');
    holder.child.kill('SIGCONT');
    const back = await holder.ended;
    must(back.exitCode === 6, `who came back: exit ${back.exitCode}: ${back.all}`);
    must(/\S+ on \S+.* took over with "stagecraft lock take/.test(back.stderr), `who came back is not told who took over: ${back.stderr}`);
    must(journal() === before, `who came back wrote ${journal().slice(before.length)}`);
    const status = await taker.stagecraft(['lock', 'status']);
    must(status.stdout.startsWith('free'), `the lock: ${status.stdout}`);
    must((await stage.running(project, 'app')).length === 1, 'more than one container runs');
    return { holder: [`$ stagecraft deploy --yes`, ...back.all.trimEnd().split('\n'), `exit ${back.exitCode}`], taker: lines, takes: lines.filter((line) => line.startsWith('$')).length };
  } finally {
    holder.child.kill('SIGCONT');
  }
}

interface Transcript {
  readonly holder: readonly string[];
  readonly taker: readonly string[];
  readonly takes: number;
}

/** In full size with both transcripts. */
function told(size: 'ci' | 'full', { holder, taker }: Transcript): string {
  const line = `refused with exit 6 and its session, taken, resumed to exit 0; the holder came back to exit 6 and wrote 0 bytes; it was told: ${holder.find((text) => text.includes('took over'))?.trim() ?? ''}`;
  if (size === 'ci') return line;
  const part = (name: string, lines: readonly string[]): string => [`  ${name}`, ...lines.map((text) => `    ${text}`)].join('\n');
  return `${line}\n${part('the holder, stopped and woken up', holder)}\n${part('who took over', taker)}\n `;
}
