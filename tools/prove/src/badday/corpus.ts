import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must, type Point } from '../point.js';
import { seedOf } from '../seed.js';
import { checkout, stage, type Ran, type Stage } from '../stage.js';
import { corpusProjects, type CorpusProject } from './corpus-projects.js';

const folder = join(checkout, 'examples/corpus');

/** So many in CI, two at a time: about a minute. */
const inCi = 3;

export const corpus: readonly Point[] = [
  {
    title: 'the corpus: init, plan, deploy, a change, deploy, rollback',
    async prove(outer, size) {
      const seed = await seedOf(outer);
      const chosen = size === 'full' ? corpusProjects : Array.from({ length: inCi }, (_, index) => corpusProjects[(seed + index) % corpusProjects.length] as CorpusProject);
      const waiting = [...chosen];
      const failed: string[] = [];
      const lane = async (): Promise<void> => {
        for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
          const { name } = project;
          await oneProject(outer, project).catch((error: unknown) => failed.push(`${name}: ${(error as Error).message}`));
        }
      };
      await Promise.all([lane(), lane()]);
      const which = size === 'full' ? '' : ` (${corpusProjects.length} in all; STAGECRAFT_PROVE_SEED=${seed})`;
      must(failed.length === 0, `${failed.join('\n        ')}\n        ${chosen.length - failed.length} of ${chosen.length} ok${which}`);
      return `${chosen.length} of ${chosen.length}${which}: ${chosen.map(({ name }) => name).sort().join(', ')}`;
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
    const ran = await here.run([process.execPath, here.program, ...args], { cwd: home, env });
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
