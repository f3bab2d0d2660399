import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must, type Point } from '../point.js';
import { checkout, stage, type Ran, type Stage } from '../stage.js';
import { corpusProjects, type CorpusProject } from './corpus-projects.js';

const folder = join(checkout, 'examples/corpus');

/** After this long no further project is begun in CI; each takes about twenty seconds, two at a time. */
const beginMs = 40_000;

export const corpus: readonly Point[] = [
  {
    title: 'the corpus: init, plan, deploy, a change, deploy, rollback',
    async prove(outer, size) {
      const seed = Number(process.env['STAGECRAFT_SEED'] ?? Math.floor(Date.now() / 1000) % corpusProjects.length) % corpusProjects.length;
      const order = size === 'full' ? corpusProjects : [...corpusProjects.slice(seed), ...corpusProjects.slice(0, seed)];
      const begun = Date.now();
      const waiting = [...order];
      const done: string[] = [];
      const failed: string[] = [];
      const lane = async (): Promise<void> => {
        while (size === 'full' || Date.now() - begun < beginMs) {
          const project = waiting.shift();
          if (!project) return;
          await oneProject(outer, project).then(() => done.push(project.name), (error: unknown) => failed.push(`${project.name}: ${(error as Error).message}`));
        }
      };
      await Promise.all([lane(), lane()]);
      must(failed.length === 0, `${failed.join('\n        ')} (${size === 'full' ? '' : `STAGECRAFT_SEED=${seed}; `}${done.length} of ${done.length + failed.length} ok)`);
      must(done.length >= (size === 'full' ? 12 : 2), `only ${done.length} projects were run`);
      return `${done.length} of ${done.length + failed.length}${size === 'full' ? '' : ` (of ${corpusProjects.length} in all, STAGECRAFT_SEED=${seed})`}: ${[...done].sort().join(', ')}`;
    },
  },
];

async function oneProject(outer: Stage, project: CorpusProject): Promise<void> {
  const home = join(outer.folder, project.name, project.name);
  await mkdir(home, { recursive: true });
  await cp(join(folder, project.name), home, { recursive: true });
  const here = stage(join(outer.folder, project.name), { env: outer.env });
  here.owns(`${project.name}-dev`);
  try {
    await story(here, home, project);
  } finally {
    await here.clear();
  }
}

async function story(here: Stage, home: string, project: CorpusProject): Promise<void> {
  const [listen, published] = [await here.freePort(), await here.freePort()];
  const env = { PORT: String(published) };
  const stagecraft = async (exitCode: number, ...args: readonly string[]): Promise<Ran> => {
    const ran = await here.run([process.execPath, join(checkout, 'packages/cli/bin/run.js'), ...args], { cwd: home, env });
    must(ran.exitCode === exitCode, `${args.join(' ')}: exit code ${ran.exitCode}: ${ran.all.slice(-1500)}`);
    return ran;
  };
  const says = async (word: string, when: string): Promise<void> => {
    const answer = await (await fetch(`http://127.0.0.1:${project.ask.published ? published : listen}${project.ask.path}`)).text();
    for (const text of project.says) must(answer.includes(text.replace('<word>', word)), `${when} it does not say "${text.replace('<word>', word)}": ${answer.slice(0, 400)}`);
  };
  const data = (): Promise<string> => Promise.all(project.data.map((name) => here.running(`${project.name}-dev`, name))).then((ids) => ids.flat().join(' '));

  await stagecraft(0, 'init', '--non-interactive');
  await configure(join(home, 'stagecraft.yml'), project, listen);
  await stagecraft(0, 'plan');
  await stagecraft(0, 'deploy', '--yes', '--version', 'v1');
  await says('one', 'after the first deploy');
  const before = await data();
  must(before.split(' ').filter((id) => id !== '').length === project.data.length, `data services that run: ${before}`);
  await stagecraft(0, 'plan', '--refresh', '--detailed-exitcode', '--version', 'v1');
  await stagecraft(0, 'status');
  await cp(join(folder, 'changes', project.name), home, { recursive: true });
  await stagecraft(20, 'plan', '--refresh', '--detailed-exitcode', '--version', 'v2');
  await stagecraft(0, 'deploy', '--yes', '--version', 'v2');
  await says('two', 'after the change');
  await stagecraft(0, 'rollback', '--yes');
  await says('one', 'after the rollback');
  must((await data()) === before, `a data service has another container: ${before}, then ${await data()}`);
  await stagecraft(0, 'status');
}

async function configure(path: string, project: CorpusProject, listen: number): Promise<void> {
  const edits: readonly (readonly [RegExp, string])[] = [[/listen: \{ http: \d+ \}/, `listen: { http: ${listen} }`], ...(project.config ?? [])];
  let text = await readFile(path, 'utf8');
  for (const [pattern, line] of edits) text = text.replace(pattern, line);
  await writeFile(path, text);
}
