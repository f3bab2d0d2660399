import { describe, expect, it } from '@jest/globals';
import { joined, lastLine, skippedLines, summarise, type JestResult } from '../src/summary.js';

const file = (name: string, ...tests: (readonly [status: string, fullName: string])[]): JestResult['testResults'][number] => ({
  name: `/checkout/${name}`,
  status: tests.some(([status]) => status === 'failed') ? 'failed' : 'passed',
  message: '',
  assertionResults: tests.map(([status, fullName]) => ({ status, fullName })),
});
const options = { root: '/checkout/', selected: false };

describe('the summary of npm test (CORE_STATE_TEST_ISOLATION)', () => {
  it('counts passed and failed', () => expect(lastLine(summarise({ testResults: [file('a', ['passed', 'x'], ['passed', 'y'], ['failed', 'z'])] }, options))).toBe('2 passed, 1 failed, 0 skipped'));
  it('counts a file that cannot be run as failed', () => expect(lastLine(summarise({ testResults: [{ ...file('a'), status: 'failed', message: 'no such module' }] }, options))).toBe('0 passed, 1 failed, 0 skipped'));
  it('counts a file whose hooks fail after its tests as failed', () => expect(summarise({ testResults: [{ ...file('a', ['passed', 'x']), status: 'failed' }] }, options)).toMatchObject({ passed: 1, failures: ['a: could not be run to its end'] }));
  it('gives each skipped test its reason', () => {
    const result = { testResults: [file('a', ['pending', 'a deploy [skipped: there is no docker command] does it'], ['pending', 'old']), file('b', ['pending', 'needs Go [skipped: there is no go]'], ['todo', 'later'])] };
    expect(skippedLines(summarise(result, options).skipped)).toEqual([
      'skipped 2: no reason given',
      '  a: old',
      '  b: later',
      'skipped 1: there is no docker command',
      '  a: a deploy does it',
      'skipped 1: there is no go',
      '  b: needs Go',
    ]);
  });
  it('does not count what a name pattern left out, but still what has a reason', () => {
    const result = { testResults: [file('a', ['pending', 'x [skipped: why]'], ['pending', 'y'], ['passed', 'z'])] };
    expect(lastLine(summarise(result, { ...options, selected: true }))).toBe('1 passed, 0 failed, 1 skipped');
  });
  it('adds up', () => expect(lastLine(joined(summarise({ testResults: [file('a', ['passed', 'x'])] }, options), summarise({ testResults: [file('b', ['failed', 'x'], ['pending', 'y'])] }, options)))).toBe('1 passed, 1 failed, 1 skipped'));
});
