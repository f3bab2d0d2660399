import { describe, expect, it } from '@jest/globals';
import { parse as dotenv } from 'dotenv';
import fc from 'fast-check';
import { parse, quoted, valuesOf, withValues } from '../src/env-file.js';

const read = (text: string): Record<string, string> => Object.fromEntries(valuesOf(parse(text).pieces));
const value = fc.string({ unit: fc.constantFrom(...'ab1 #$\'"\\\n=é{}`:', '\t', '\r'), maxLength: 12 });
const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,6}$/);

describe('PROVIDER_SECRETS_ENVFILE: reading', () => {
  it('reads quotes, escapes, comments and several lines as Compose does, and puts no variables in', () => {
    expect(read(`# head\nA=a#b\nB=a #b\n export C='x $Y "z"'\nD="l1\nl2 \\"q\\" \\$"\nE=p$q\nF=\nG = 'g' # why\n`)).toEqual({
      A: 'a#b', B: 'a', C: 'x $Y "z"', D: 'l1\nl2 "q" $', E: 'p$q', F: '', G: 'g',
    });
  });

  it('gives the last value of a name, and reads a file with CRLF and a BOM', () => {
    expect(read('\uFEFFA=1\r\nA=2\r\nB="x\r\ny"\r\n')).toEqual({ A: '2', B: 'x\ny' });
  });

  it('names a wrong line without its text', () => {
    expect(parse('A=1\nhunter2\nB="x\n').wrong).toEqual([{ line: 2, why: 'is no assignment' }, { line: 3, why: 'begins a value with " that never ends' }]);
    expect(parse("A='x' y\n").wrong).toEqual([{ line: 1, why: "has more text behind the closing '" }]);
  });

  it('agrees with dotenv on what both mean the same by', () => {
    const plain = fc.dictionary(name, fc.string({ unit: fc.constantFrom(...'abc12 $#='), maxLength: 10 }).map((text) => text.replace(/#/g, '-')));
    fc.assert(fc.property(plain, (values) => {
      const text = Object.entries(values).map(([key, one]) => `${key}='${one}'`).join('\n');
      expect(read(text)).toEqual(dotenv(text));
    }), { numRuns: 100 });
  });
});

describe('PROVIDER_SECRETS_ENVFILE: writing', () => {
  it('changes the lines of its names and no other byte', () => {
    const before = "# for ops\nexport A=old # rotated monthly\n\nB='two words'\n# end";
    expect(withValues(before, new Map([['A', "it's"], ['Z', 'new'], ['C', 'x y']]))).toBe('# for ops\nexport A="it\'s" # rotated monthly\n\nB=\'two words\'\n# end\nC=\'x y\'\nZ=new\n');
  });

  it('keeps CRLF and leaves a value alone that is there already', () => {
    expect(withValues('A="a b"\r\nB=1\r\n', new Map([['A', 'a b'], ['C', '2']]))).toBe('A="a b"\r\nB=1\r\nC=2\r\n');
  });

  it('gives back what was written, whatever it is and whatever stood there', () => {
    const line = fc.oneof(fc.constant('# c'), fc.constant(''), fc.tuple(name, value).map(([key, one]) => `${key}=${quoted(one)} # note`));
    fc.assert(fc.property(fc.array(line, { maxLength: 6 }), fc.dictionary(name, value, { maxKeys: 4 }), (lines, values) => {
      const before = lines.join('\n');
      const after = withValues(before, new Map(Object.entries(values)));
      expect(read(after)).toEqual({ ...read(before), ...values });
      expect(parse(after).pieces.map((piece) => piece.text).join('')).toBe(after);
      for (const comment of before.split('\n').filter((text) => text.startsWith('#'))) expect(after).toContain(comment);
    }), { numRuns: 300 });
  });
});
