import { describe, expect, it } from '@jest/globals';
import { parse as dotenv } from 'dotenv';
import fc from 'fast-check';
import { parseEnvFile } from '../../src/environment/env-file.js';
import { isStagecraftError } from '../../src/errors/index.js';

const read = (text: string, variables: Record<string, string> = {}): Record<string, string> => parseEnvFile(text, '.env', variables);

describe('CORE_ENV_RESOLUTION: parseEnvFile', () => {
  it.each<[string, string, Record<string, string>]>([
    ['plain values', 'A=1\nB = two words \nC=', { A: '1', B: 'two words', C: '' }],
    ['comments and empty lines', '# c\n\nA=1 # c\nB=a#b\nC=#c\n  # d', { A: '1', B: 'a#b', C: '' }],
    ['export', 'export A=1\n  export\tB="2"', { A: '1', B: '2' }],
    ['YAML-like lines', 'A: 1\nB: "x: y"', { A: '1', B: 'x: y' }],
    ['single quotes as they are', "A='$B \\n # x'\nC='it\\'s'", { A: '$B \\n # x', C: "it's" }],
    ['double quotes with escapes', 'A="a\\nb\\t\\"c\\" \\\\ \\$X"', { A: 'a\nb\t"c" \\ $X' }],
    ['values over several lines', 'A="-----BEGIN\nx=y\n-----END" # c\nB=\'1\n2\'\nC=3', { A: '-----BEGIN\nx=y\n-----END', B: '1\n2', C: '3' }],
    ['Windows line ends and a byte order mark', '\uFEFFA=1\r\nB="x\r\ny"\r\n', { A: '1', B: 'x\ny' }],
    ['the last of two lines', 'A=1\nA=2', { A: '2' }],
    ['names with dots and dashes', 'a.b-c=1', { 'a.b-c': '1' }],
    ['equals signs and spaces inside a value', 'A=postgres://u:p@h/d?x=1&y=2', { A: 'postgres://u:p@h/d?x=1&y=2' }],
    ['a name of the prototype', '__proto__=x\nA=${__proto__}', { ['__proto__']: 'x', A: 'x' } as Record<string, string>],
  ])('reads %s', (_title, text, expected) => {
    expect(Object.entries(read(text))).toEqual(Object.entries(expected));
  });

  it('puts earlier lines and outside variables into unquoted and double-quoted values, the outside first', () => {
    expect(read('A=1\nB=${A}-$O\nC="${B}"\nD=\'${A}\'\nE=${NONE:-d}', { O: 'o' })).toEqual({ A: '1', B: '1-o', C: '1-o', D: '${A}', E: 'd' });
    expect(read('A=1\nB=$A', { A: '9' })).toEqual({ A: '1', B: '9' });
  });

  it('gives a bare name its value from outside, and leaves it out where there is none', () => {
    expect(read('A\nexport B\nC=1', { A: 'a' })).toEqual({ A: 'a', C: '1' });
  });

  it.each([
    ['A=1\nB="x\n\nC=3', 2, 'never ends'],
    ['A=1\nB="x" y', 2, 'comes more text'],
    ['A=1\n\n  what is this', 3, 'is no assignment'],
    ['=1', 1, 'is no assignment'],
    ['A="1\n2"\n!x=1', 3, 'is no assignment'],
  ])('refuses %j with its line', (text, line, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'SC1110', message: expect.stringContaining(message), location: expect.objectContaining({ file: '.env', line }) }));
  });

  it('never shows what may be a secret in the error of a wrong line', () => {
    expect(() => read('MY KEY=hunter2')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
  });

  it.each([
    ['A=${B}\nB=${C}\nC=$A', '`A` -> `B` -> `C` -> `A`', 1],
    ['X=1\nA=x${A}', '`A` -> `A`', 2],
  ])('refuses the circle in %j', (text, round, line) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'SC1111', message: `variables go in a circle: ${round}`, location: { file: '.env', line, column: 1 } }));
  });

  it.each([['PATH=$PATH:/b', { PATH: '/a' }], ['P=/a\nP=$P:/b', {}], ['A=${A:-x}', {}], ['A=${B}\nB=${A}', { B: '1' }]])('sees no circle in %j', (text, variables) => {
    expect(() => read(text, variables as Record<string, string>)).not.toThrow();
  });

  it('agrees with the dotenv package wherever that one keeps to the same rules', () => {
    const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
    const value = fc.stringMatching(/^[A-Za-z0-9:/@.,;%&=?+ -]{0,20}$/).map((text) => text.trim());
    const line = fc.tuple(name, value, fc.constantFrom('', '"', "'")).map(([key, text, quote]) => `${key}=${quote}${text}${quote}`);
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(read(lines.join('\n'))).toEqual(dotenv(lines.join('\n')));
      }),
    );
  });

  it('reads a long chain and any text at all within moments', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => `A${index}=$A${index + 1}`).join('\n');
    const begun = process.cpuUsage();
    expect(Object.keys(read(chain))).toHaveLength(20_000);
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(3000);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom('A', '=', '"', "'", '\\', '\n', '#', ' ', '$', '{', '}', 'export')).map((pieces) => pieces.join(''))), (text) => {
        try {
          read(text);
          return true;
        } catch (error) {
          return isStagecraftError(error);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
