import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must, type Point } from '../../point.js';
import type { Stage } from '../../stage.js';
import { held, operator, carried, type Operator } from './crew.js';

/** Something that somebody, or a disk, did to the state of a host. */
interface Harm {
  readonly name: string;
  harm(folder: string, root: string): Promise<void>;
  /** What every command says of it that needs what was harmed. */
  readonly code: string;
  /** The list of releases does not need it. */
  readonly listed?: true;
}

const project = 'edited-prod';

const harms: readonly Harm[] = [
  { name: 'a line of the journal edited', code: 'SC3010', harm: (folder) => edit(join(folder, 'journal.ndjson'), (text) => text.replace('"type":"phase"', '"type":"notes"')) },
  { name: 'a line of the journal taken out', code: 'SC3010', harm: (folder) => edit(join(folder, 'journal.ndjson'), (text) => text.split('\n').toSpliced(3, 1).join('\n')) },
  { name: 'the journal emptied', code: 'SC3012', harm: (folder) => truncate(join(folder, 'journal.ndjson')) },
  { name: 'the journal rewound', code: 'SC3012', harm: (folder) => cp(join(folder, '../journal.older'), join(folder, 'journal.ndjson')) },
  { name: 'the journal removed', code: 'SC3012', harm: (folder) => rm(join(folder, 'journal.ndjson')) },
  { name: 'the record of a release edited', code: 'SC3011', harm: async (folder) => edit(await newest(folder), (text) => text.replace('"outcome":"completed"', '"outcome":"returned"')) },
  { name: 'the record of a release torn', code: 'SC3011', harm: async (folder) => edit(await newest(folder), (text) => text.slice(0, 120)) },
  { name: 'the record of a release removed', code: 'SC3011', harm: async (folder) => rm(await newest(folder)) },
  { name: 'open.json torn', code: 'SC3013', listed: true, harm: (folder) => writeFile(join(folder, 'open.json'), '{"operation":"op-2026') },
  { name: 'the identity of the host emptied', code: 'SC3014', listed: true, harm: (_, root) => truncate(join(root, 'host.json')) },
];

const commands: readonly (readonly string[])[] = [['deploy', '--yes'], ['rollback', '--yes'], ['releases', 'list'], ['status']];

export const editedHistory: Point = {
  title: 'people: the history edited by hand, torn, emptied, rewound: each told by file and code, nothing overwritten, what serves left alone',
  async prove(stage) {
    stage.owns(project);
    const one = await operator(stage, 'one');
    const root = stage.env['STAGECRAFT_HOST_DIR'] ?? '';
    const folder = join(root, 'edited', 'prod');
    await release(stage, one, 'first');
    await cp(join(folder, 'journal.ndjson'), join(folder, '../journal.older'));
    await release(stage, one, 'second');
    await one.write(held('edited', 'third'));
    const serving = await stage.running(project, 'app');
    const sound = join(stage.folder, 'sound');
    await cp(root, sound, { recursive: true, preserveTimestamps: true });
    let refused = 0;
    for (const { name, harm, code, listed } of harms) {
      await harm(folder, root);
      const before = await printOf(root);
      for (const args of commands) {
        if (listed && args[0] === 'releases') continue;
        const ran = await one.stagecraft(args);
        // Status tells what it could not learn of a host; the others stop there.
        const told = args[0] === 'status' ? ran.exitCode === 10 || ran.exitCode === 2 : (ran.exitCode === 1 || ran.exitCode === 2) && ran.all.includes(code);
        must(told, `${name}: ${args[0]}: exit ${ran.exitCode}, and not ${code}: ${ran.all}`);
        must(ran.all.includes(root), `${name}: ${args[0]} names no file: ${ran.all}`);
        must(!/\n\s+at .*:\d+:\d+/.test(ran.all), `${name}: ${args[0]} shows a stack: ${ran.all}`);
        refused += 1;
      }
      must((await printOf(root)) === before, `${name}: what was there was changed`);
      must((await stage.running(project, 'app')).join() === serving.join(), `${name}: what serves is not what served`);
      await rm(root, { recursive: true });
      await cp(sound, root, { recursive: true, preserveTimestamps: true });
    }
    // A last line that a crash tore was never acknowledged: it is cut off, and nothing else is.
    await edit(join(folder, 'journal.ndjson'), (text) => `${text}{"prev":"0000`);
    await release(stage, one, 'third');
    const list = await one.stagecraft(['releases', 'list']);
    must(list.exitCode === 0 && ['first', 'second', 'third'].every((version) => list.stdout.includes(version)), `after a torn line: ${list.all}`);
    return `${harms.length} kinds of harm, ${refused} commands refused by code and path, 0 bytes overwritten; a torn last line cut off, and the next deploy went on`;
  },
};

async function release(stage: Stage, one: Operator, by: string): Promise<void> {
  await one.write(held('edited', by));
  const ran = await carried(stage, project, one.begin(['deploy', '--yes', '--version', by]));
  must(ran.exitCode === 0, `the ${by} deploy: exit ${ran.exitCode}: ${ran.all}`);
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const changed = change(text);
  must(changed !== text, `${path} was not changed`);
  await writeFile(path, changed);
}

async function newest(folder: string): Promise<string> {
  const [name = ''] = (await readdir(join(folder, 'releases'))).sort().reverse();
  return join(folder, 'releases', name, 'release.json');
}

/** Of every file below the folder but the empty ones that only are locked. */
async function printOf(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && !/lock|mutex/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).sort();
  const sum = createHash('sha256');
  for (const name of names) sum.update(`${name}\n`).update(await readFile(name));
  return sum.digest('hex');
}
