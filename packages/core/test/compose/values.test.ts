import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalDefinition } from '../../src/compose/canonical-service.js';
import type { Canon } from '../../src/compose/canonical-values.js';
import type { Json } from '../../src/compose/model.js';
import { portablePath, rebased } from '../../src/compose/paths.js';
import { resolvePlain, scalarText } from '../../src/compose/scalar.js';
import { droppedFrom, splitWords } from '../../src/compose/shell-words.js';
import { durationMs, formatDuration, parseBytes, parseDuration } from '../../src/compose/units.js';

const canon: Canon = { portable: { roots: [{ folder: '/p' }] }, project: 'shop', wrong: (path, expected) => { throw new Error(`${path.join('.')}: ${expected}`); }, unknown: (path) => { throw new Error(path.join('.')); } };

describe('CORE_COMPOSE: durations and sizes', () => {
  it.each([['90s', '1m30s'], ['1h', '1h0m0s'], ['1.5s', '1.5s'], ['1500ms', '1.5s'], ['0s', '0s'], ['0', '0s'], ['100us', '100µs'], ['5ns', '5ns'], ['1h2m3.004s', '1h2m3.004s'], ['-5s', '-5s']])('%s is %s', (written, canonical) => {
    expect(formatDuration(parseDuration(written) as number)).toBe(canonical);
  });

  it.each(['', '5', 's', '5 s', '1d', '5sec', 'x5s'])('%j is no duration', (written) => expect(parseDuration(written)).toBeUndefined());

  it('a duration is what it was after it was written', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (nanoseconds) => expect(parseDuration(formatDuration(nanoseconds))).toBe(nanoseconds)));
  });

  it('falls back to what is asked for where there is none', () => expect([durationMs('1m', 5), durationMs(undefined, 5), durationMs('x', 5)]).toEqual([60_000, 5, 5]));

  it.each([['64m', '67108864'], ['1g', '1073741824'], ['1.5GiB', '1610612736'], ['10', '10'], ['5 kb', '5120'], ['1b', '1'], ['-1', '-1']])('%s is %s bytes', (written, bytes) => expect(parseBytes(written)).toBe(bytes));
  it.each(['', 'm', '5x', '1,5g'])('%j is no size', (written) => expect(parseBytes(written)).toBeUndefined());
});

describe('CORE_COMPOSE: command lines', () => {
  it.each<[string, string[] | undefined]>([
    ['node server.js', ['node', 'server.js']], ["sh -c 'a  b'", ['sh', '-c', 'a  b']], ['a "b \\" c" d', ['a', 'b " c', 'd']], ["a'b'\"c\"", ['abc']], ["''", ['']], ['  ', []], ['a\\ b', ['a b']], ['a\nb\tc', ['a', 'b', 'c']],
    ["'open", undefined], ['"open', undefined], ['a\\', undefined], ['a $(b)', undefined], ['a `b`', undefined], ['a && b', ['a']], ['a; b', ['a']], ['a 2>b', ['a']], ['a x>b', ['a', 'x']], ["'a && b' c", ['a && b', 'c']],
  ])('%j is %j', (line, words) => expect(splitWords(line)).toEqual(words));

  it('gives back words that were quoted, whatever they hold', () => {
    const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => expect(splitWords(words.map(quoted).join(' '))).toEqual(words)));
  });

  it.each<[string, string | undefined]>([['a && b', '&&'], ['a | b', '|'], ['a > b', '>'], ["'a && b'", undefined], ['"a ; b" c', undefined], ['a \\; b', undefined], ['a b', undefined]])('of %j Compose drops what follows %s', (line, operator) => expect(droppedFrom(line)).toBe(operator));
});

describe('CORE_COMPOSE: plain scalars as Compose’s YAML library reads them', () => {
  it.each<[string, unknown]>([['', null], ['~', null], ['null', null], ['true', true], ['False', false], ['yes', 'yes'], ['on', 'on'], ['0755', 493], ['0o755', 493], ['0x1F', 31], ['0b11', 3], ['1_000', 1000], ['08', 8], ['1.50', 1.5], ['.5', 0.5], ['1e3', 1000], ['1e6', '1e+06'], ['12345678901234567890123', '1.2345678901234568e+22'], ['12:30', '12:30'], ['1.2.3', '1.2.3'], ['-5', -5], ['+5', 5], ['9007199254740993', '9007199254740993'], ['-', '-'], ['a', 'a']])('%j is %j', (source, value) => expect(resolvePlain(source)).toBe(value));
  it.each<[boolean | number | string, string]>([[1.5, '1.5'], [1e-7, '1e-07'], [0.00001, '1e-05'], [0.0001, '0.0001'], [123456.5, '123456.5'], [1234567.5, '1.2345675e+06'], [true, 'true'], [-0.5, '-0.5'], ['x', 'x'], [123456789.25, '1.2345678925e+08']])('%j is written %s', (value, text) => expect(scalarText(value)).toBe(text));
});

describe('CORE_COMPOSE: paths', () => {
  const portable = { roots: [{ folder: '/tmp/m/0/1/root', around: '/tmp/m' }, { folder: '/home/me/shop' }], home: '/home/me' };
  it.each([['/tmp/m/0/1/root/a/b', './a/b'], ['/tmp/m/0/1/root', '.'], ['/tmp/m/0/1/other', '../other'], ['/home/me/shop/x', './x'], ['/home/me/shopping', '~/shopping'], ['/home/me', '~'], ['/srv/x/', '/srv/x'], ['/', '/'], ['a/../b', './b'], ['./a/', './a'], ['../x', '../x'], ['~/y', '~/y']])('%s is %s', (path, expected) => expect(portablePath(path, portable)).toBe(expected));
  it.each([['./a', 'sub', './sub/a'], ['../a', 'sub', './a'], ['../../a', 'sub', '../a'], ['/a', 'sub', '/a'], ['.', '.', '.'], ['.', 'sub', './sub']])('%s written in a file of %s is %s', (path, base, expected) => expect(rebased(path, base)).toBe(expected));
});

describe('CORE_COMPOSE: the canonical form', () => {
  const port = fc.record({ target: fc.integer({ min: 1, max: 65_535 }), published: fc.option(fc.integer({ min: 1, max: 65_535 }).map(String), { nil: undefined }), protocol: fc.constantFrom('tcp', 'udp') }, { requiredKeys: ['target'] });
  const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
  const service = fc.record({
    command: fc.oneof(fc.array(fc.string()), fc.constant('run "a b"')),
    ports: fc.array(fc.oneof(port, fc.integer({ min: 1, max: 999 }), fc.constant('8080-8082:80-82/udp'))),
    labels: fc.oneof(fc.dictionary(name, fc.oneof(fc.string(), fc.integer(), fc.boolean())), fc.array(name)),
    volumes: fc.array(fc.oneof(fc.constantFrom('./a:/a', 'vol:/v:ro', '/x:/x/:z', '/anon'), fc.record({ type: fc.constantFrom('bind', 'volume'), source: name, target: name.map((one) => `/${one}`) }))),
    networks: fc.oneof(fc.array(name), fc.dictionary(name, fc.constantFrom(null, { aliases: ['b', 'a'] }))),
    mem_limit: fc.constantFrom('1g', 1024, '0'),
    cpus: fc.constantFrom(0.5, '0.50', 1),
    stop_grace_period: fc.constantFrom('90s', '1m30s'),
    tty: fc.boolean(),
    ulimits: fc.dictionary(name, fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant({ soft: 1, hard: 2 }))),
    extra_hosts: fc.oneof(fc.dictionary(name, fc.constantFrom('198.18.0.1', '::1')), fc.array(name.map((one) => `${one}=198.18.0.1`))),
    healthcheck: fc.constantFrom({ test: 'x', interval: '60s' }, { test: ['NONE'] }, { disable: true, test: 'x' }),
  }, { requiredKeys: [] });

  it('of a canonical form is itself', () => {
    fc.assert(fc.property(service, (section) => {
      const once = canonicalDefinition(section as Record<string, Json>, ['services', 'a'], canon);
      expect(canonicalDefinition(once, ['services', 'a'], canon)).toEqual(once);
    }));
  });

  it('does not depend on the order of keys', () => {
    fc.assert(fc.property(service, (section) => {
      const forward = canonicalDefinition(section as Record<string, Json>, ['services', 'a'], canon);
      const backward = canonicalDefinition(Object.fromEntries(Object.entries(section).reverse()) as Record<string, Json>, ['services', 'a'], canon);
      expect(JSON.stringify(backward)).toBe(JSON.stringify(forward));
    }));
  });

  it.each<[Json, Json]>([
    [{ cpus: 0.1 }, { cpus: '0.10000000149011612' }],
    [{ dns: '198.18.0.1' }, { dns: ['198.18.0.1'] }],
    [{ deploy: { restart_policy: { condition: 'any' } } }, { restart: 'always' }],
    [{ deploy: { restart_policy: { condition: 'on-failure', max_attempts: 2 } }, restart: 'always' }, { restart: 'on-failure:2' }],
    [{ networks: ['default'] }, {}],
    [{ networks: { default: { aliases: [] } } }, { networks: { default: null } }],
    [{ devices: ['/dev/a'] }, { devices: [{ source: '/dev/a', target: '/dev/a', permissions: 'rwm' }] }],
    [{ volumes: ['./a:/a/'] }, { volumes: [{ type: 'bind', source: '/p/a', target: '/a', bind: { create_host_path: true } }] }],
    [{ ports: ['80'] }, { ports: [{ mode: 'ingress', target: 80, protocol: 'tcp', published: '' }] }],
    [{ secrets: ['a'] }, { secrets: [{ source: 'a', target: '/run/secrets/a' }] }],
    [{ privileged: false, oom_score_adj: 0, command: null, cap_add: [] }, {}],
  ])('of %j and of %j is the same', (one, other) => {
    const form = (section: Json): string => JSON.stringify(canonicalDefinition(section as Record<string, Json>, ['services', 'a'], canon));
    expect(form(one)).toBe(form(other));
  });
});
