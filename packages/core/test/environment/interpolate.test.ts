import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { interpolate, mentionedNames } from '../../src/environment/interpolate.js';
import { isStagecraftError } from '../../src/errors/index.js';

const at = { file: 'stagecraft.yml', line: 3, column: 7 };
const variables = { SET: 'value', EMPTY: '', OTHER: 'o', N1: '$SET' };

describe('CORE_ENV_RESOLUTION: interpolate', () => {
  it.each([
    ['', ''],
    ['plain', 'plain'],
    ['$SET', 'value'],
    ['a${SET}b', 'avalueb'],
    ['$SET-$OTHER', 'value-o'],
    ['$UNSET.', '.'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${UNSET-d}', 'd'],
    ['${SET:-d}', 'value'],
    ['${SET:?m}', 'value'],
    ['${EMPTY?m}', ''],
    ['${SET:+x}', 'x'],
    ['${EMPTY:+x}', ''],
    ['${EMPTY+x}', 'x'],
    ['${UNSET+x}', ''],
    ['${UNSET:-${EMPTY:-${OTHER}}}', 'o'],
    ['${UNSET:-a${SET}b}c', 'avaluebc'],
    ['${UNSET:-{"a":1}', '{"a":1'],
    ['$$SET', '$SET'],
    ['$$$SET', '$value'],
    ['$$$$', '$$'],
    ['${UNSET:-$$}', '$'],
    ['${UNSET:-http://h:1/?a=b}', 'http://h:1/?a=b'],
    ['$N1', '$SET'],
  ])('%j becomes %j', (text, expected) => {
    expect(interpolate(text, variables, at)).toBe(expected);
  });

  it.each([
    ['$', 'a name must follow the dollar'],
    ['a $ b', 'a name must follow the dollar'],
    ['$1', 'a name must follow the dollar'],
    ['${}', 'a name must follow the brace'],
    ['${ SET}', 'a name must follow the brace'],
    ['${SET', 'the closing brace is missing'],
    ['${UNSET:-${SET}', 'the closing brace is missing'],
    ['${SET!}', 'after the name comes'],
    ['${SET:x}', 'after the name comes'],
  ])('refuses %j and says where', (text, expected) => {
    expect(() => interpolate(text, variables, at)).toThrow(expect.objectContaining({ code: 'SC1101', message: expect.stringContaining(expected), location: at }));
  });

  it('names a required variable with the message that stands beside it', () => {
    expect(() => interpolate('${UNSET:?ask ${OTHER}}', variables, at)).toThrow(expect.objectContaining({ code: 'SC1102', message: 'variable `UNSET` is not set: ask o', location: at }));
    expect(() => interpolate('${EMPTY:?}', variables, at)).toThrow('variable `EMPTY` is empty');
    expect(() => interpolate('${UNSET?}', variables, at)).toThrow('variable `UNSET` is not set');
  });

  it('leaves a default alone where the value is there', () => {
    expect(interpolate('${SET:-${UNSET:?never asked}}', variables, at)).toBe('value');
  });

  it('tells of a variable that became empty', () => {
    const told: string[] = [];
    interpolate('$A ${B} ${C:-c} ${D+x} $SET', variables, at, { onUnset: (name) => told.push(name) });
    expect(told).toEqual(['A', 'B']);
  });

  it('takes no value from the prototype of objects', () => {
    expect(interpolate('${constructor-none}${__proto__-none}', {}, at)).toBe('nonenone');
  });

  it('stops at a nesting that nobody writes', () => {
    expect(() => interpolate('${A:-'.repeat(20_000) + '}'.repeat(20_000), {}, at)).toThrow(expect.objectContaining({ code: 'SC1103' }));
  });

  it('gives back any text whose dollars are doubled, and never throws anything of its own making', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => interpolate(text.replaceAll('$', '$$$$'), {}, at) === text));
    const piece = fc.constantFrom('$', '{', '}', 'A', ':-', ':?', '-', '+', 'x', '$$', '${', ' ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          interpolate(pieces.join(''), { A: 'a' }, at);
          return true;
        } catch (error) {
          return isStagecraftError(error);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('mentionedNames', () => {
  it('finds each name once, sorted, inside defaults too', () => {
    expect(mentionedNames('a: $B ${A:-${C}} ${A}\nb: "${_x?m $D}"')).toEqual(['A', 'B', 'C', 'D', '_x']);
  });

  it('takes a doubled dollar for a dollar', () => {
    expect(mentionedNames('$$A $$$B $$${C} $1 ${}')).toEqual(['B', 'C']);
  });
});
