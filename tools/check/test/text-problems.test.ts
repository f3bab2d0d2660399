import { describe, expect, it } from '@jest/globals';
import { textProblems } from '../src/text-problems.js';

describe('texts that git tracks', () => {
  // Put together here, so that this file does not hold what it looks for.
  const [home, work, key] = [['', 'home', 'ada', 'shop'].join('/'), ['', 'work', 'main', 'x'].join('/'), `-----BEGIN OPENSSH ${'PRIVATE'} KEY-----`];
  it.each([
    ['a home folder', `cd ${home}`, 'a home folder of a machine'],
    ['a home folder as a URL', `see "file://${home}"`, 'a home folder of a machine'],
    ['a working folder', `const root = '${work}';`, 'a working folder of a machine'],
    ['a private key', key, 'a private key'],
    ['an access key', `token: ghp${'_'}${'a1'.repeat(18)}`, 'an access key'],
    ['a cloud token', `dop${'_v1_'}${'0f'.repeat(32)}`, 'an access key'],
    ['a password in an address', `https://user:${'s3cret'}99@example.com/x`, 'a password in an address'],
    ['an unfinished merge', `${'<'.repeat(7)} HEAD`, 'an unfinished merge'],
  ])('%s is found', (_, line, what) => expect(textProblems(`first\n${line}\n`)).toEqual([`2: ${what}`]));

  it.each([
    ['a folder of a container', 'WORKDIR /app/src'],
    ['a folder of the documentation', 'ssh deploy@host ls /home/deploy/shop/'],
    ['a relative path', 'see ../home/page/x and docs/work/y'],
    ['a database address with variables', 'postgres://app:${PASSWORD}@db/app'],
    ['a line that says why it must', `${home}/ // ${'allow-'}text: redaction is tested with it`],
  ])('%s is none of them', (_, line) => expect(textProblems(line)).toEqual([]));
});
