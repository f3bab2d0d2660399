import { verdict, type Check } from '../check.js';

const [ask, refuse] = [250, 500];

/** A file is one idea: past 250 lines it is worth asking whether it is two, past 500 it is. Tables of tests may be longer. */
export const lengths: Check = {
  name: 'lengths',
  run: async ({ files, read }) => {
    const long = files
      .filter((path) => /^(packages|plugins|tools)\/.*\.ts$/.test(path) && !path.includes('/test/'))
      .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
      .filter(({ lines }) => lines > ask)
      .sort((a, b) => b.lines - a.lines);
    const note = long.length === 0 ? undefined : `over ${ask} lines: ${long.map(({ path, lines }) => `${path} ${lines}`).join(', ')}`;
    return verdict(long.filter(({ lines }) => lines > refuse).map(({ path, lines }) => `${path} has ${lines} lines`), note);
  },
};
