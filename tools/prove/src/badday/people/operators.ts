import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Point } from '../../point.js';
import type { Stage } from '../../stage.js';
import { contest, contestText, type Ground } from './contest.js';
import { held, open, operator } from './crew.js';

const project = 'people-prod';
const OPERATORS = 8;

export const eightOperators: Point = {
  title: 'people: 8 operators deploy at once, round after round: one winner each, every loser told who, since when and what to do',
  async prove(stage, size) {
    stage.owns(project);
    const crew = await Promise.all(Array.from({ length: OPERATORS }, (_, index) => operator(stage, `operator-${index + 1}`)));
    return contestText(await contest(oneHost(stage), crew, size === 'full' ? 50 : 6), OPERATORS);
  },
};

function oneHost(stage: Stage): Ground {
  const folder = join(stage.env['STAGECRAFT_HOST_DIR'] ?? '', 'people', 'prod');
  return {
    containers: 1,
    files: (by) => held('people', by),
    open: () => open(stage, project),
    left: () => Promise.resolve(['lock', 'open.json', 'decision'].filter((name) => existsSync(join(folder, name)))),
    running: async () => Promise.all((await stage.running(project, 'app')).map(async (id) => /^BY=(.*)$/m.exec(await stage.docker(['inspect', '-f', '{{range .Config.Env}}{{println .}}{{end}}', id]))?.[1] ?? '')),
  };
}
