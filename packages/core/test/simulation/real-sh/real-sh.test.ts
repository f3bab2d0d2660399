import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { corpus } from './corpus.js';
import { scriptsOfKinds } from './kinds.js';
import { scriptsOfOperations } from './ops.js';
import { scriptsOfRuns } from './product.js';
import { randomScript } from './random.js';
import { differences, type Case } from './twin.js';

const linux = process.platform === 'linux';
const real = linux ? describe : describe.skip;

/** What is simulated must be what would run: the same scripts in the simulated sh and in this machine's come to the same output, exit code, calls and files. */
real(`CORE_STATE_CONSISTENCY: the simulated sh against the real one${linux ? '' : ' [skipped: flock and the coreutils of Linux are not there]'}`, () => {
  it('does every construct and every tool alike', () => {
    expect(differences(corpus())).toEqual([]);
  }, 60_000);

  it('runs the script of every kind of step alike, and of every operation of the store', async () => {
    const kinds = await scriptsOfKinds();
    const operations = await scriptsOfOperations();
    expect(kinds.length).toBeGreaterThan(50);
    expect(operations.length).toBeGreaterThan(90);
    expect(differences([...kinds, ...operations])).toEqual([]);
  }, 60_000);

  it('runs the scripts of whole simulated runs alike, also after a kill and a power cut', async () => {
    const scripts = await scriptsOfRuns(jest.getSeed() >>> 0, 1);
    expect(scripts.length).toBeGreaterThan(100);
    expect(differences(scripts)).toEqual([]);
  }, 60_000);

  it('does whatever else alike', () => {
    const files: NonNullable<Case['files']> = new Map([
      ['a', { text: 'one two\nthree\n', mode: 0o644 }],
      ['b', { text: '', mode: 0o600 }],
      ['d', { text: undefined, mode: 0o755 }],
      ['d/c', { text: 'c\n', mode: 0o644 }],
      ['prog', { text: 'echo prog "$x"\nexit 2\n', mode: 0o644 }],
    ]);
    // A difference tells its script, which is small: nothing is made smaller.
    const many = fc.array(randomScript(), { minLength: 30, maxLength: 40 });
    fc.assert(fc.property(many, (scripts) => expect(differences(scripts.map((script, index) => ({ name: String(index), script: () => script, files })))).toEqual([])), { numRuns: 4, endOnFailure: true });
  }, 120_000);

  it('tells a difference', () => {
    const [found, ...more] = differences([{ name: 'differs', script: (folder) => `[ -d ${folder} ] && echo $$ >f`, files: new Map() }]);
    expect(more).toEqual([]);
    expect(found?.name).toBe('differs');
    expect(found?.simulated).toMatchObject({ code: 0, tree: ['f 644 "4242\\n"'] });
  });
});
