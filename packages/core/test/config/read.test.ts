import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readConfigFile } from '../../src/config/read.js';
import type { ConfigFile } from '../../src/config/types.js';
import { isStagecraftError, type StagecraftError } from '../../src/errors/index.js';
import type { Files } from '../../src/ports/files.js';
import type { ProviderEntry } from '../../src/providers/types.js';
import { broken } from '../../../../spec/bad-input/config.js';
import { errorOf, inProject, lines } from './project.js';

const entry = (kind: ProviderEntry['kind'], id: string, from = 'acme'): ProviderEntry => ({ kind, id, package: from, version: '1.0.0', module: '/none', api: '^0.1.0', bundled: true });
const providers = [entry('proxy', 'acme-proxy'), entry('proxy', 'traefik', '@stagecraft/proxy-traefik'), entry('backend', 'generic')];
const five = 'version: 1\nproject: { name: shop }\nenvironments:\n  prod: { hosts: [deploy@203.0.113.10] }\n';

const read = (content: string | Uint8Array): Promise<ConfigFile> => inProject({ 'stagecraft.yml': content }, ({ folder, files }) => readConfigFile({ files, path: 'stagecraft.yml', folder, providers }));
const wrong = (content: string | Uint8Array): Promise<StagecraftError> => errorOf(read(content));

/** Milliseconds of processor time: the machine may be busy with other things. */
function spent(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/** Without a disk between: for many runs. */
function readText(text: string): Promise<ConfigFile> {
  const bytes = new TextEncoder().encode(text);
  const files = { stat: async () => ({ kind: 'file', mode: 0o644, size: bytes.length }), readBytes: async () => bytes } as unknown as Files;
  return readConfigFile({ files, path: 'stagecraft.yml', folder: '/project', providers });
}

describe('CORE_CONFIG: readConfigFile', () => {
  it('takes the five-line file', async () => {
    const config = await read(five);
    expect(config.environments).toEqual(['prod']);
    expect(config.data).toEqual({ version: 1, project: { name: 'shop' }, environments: { prod: { hosts: ['deploy@203.0.113.10'] } } });
    expect(config.locate(['environments', 'prod', 'hosts'])).toEqual({ file: 'stagecraft.yml', line: 4, column: 11 });
    expect(config.locate(['environments', 'prod', 'hosts'], 'value')).toEqual({ file: 'stagecraft.yml', line: 4, column: 18 });
    expect(config.locate(['environments', 'prod', 'env', 'A'])).toEqual({ file: 'stagecraft.yml', line: 4, column: 3 });
  });

  it.each(broken)('tells of %s where it is, within a second', async (_title, text, first) => {
    const begun = process.cpuUsage();
    const error = await wrong(text);
    expect(spent(begun)).toBeLessThan(1000);
    expect(lines(error)).toEqual([first]);
    expect(first).toMatch(/^stagecraft\.yml:\d+:\d+ SC1\d{3} /);
    expect(error.kind).toBe('user');
    expect(error.next.length).toBeGreaterThan(0);
  });

  it('tells everything at once, sorted by place', async () => {
    const error = await wrong(`${five}services:\n  api: { replica: 2, rollout: { settle: 5 } }\nroutes:\n  - { service: web, port: no }\n  - { service: web, port: 80, tls: acme }\ndatabases: {}\n`);
    expect(error.message).toBe('stagecraft.yml has 6 errors');
    expect(lines(error)).toEqual([
      'stagecraft.yml:6:10 SC1021 unknown key `services.api.replica`: did you mean `replicas`?',
      'stagecraft.yml:6:41 SC1020 `services.api.rollout.settle`: expected a duration such as 500ms, 10s or 5m, found 5',
      'stagecraft.yml:8:27 SC1020 `routes[0].port`: expected a port number from 1 to 65535, found "no"',
      'stagecraft.yml:9:5 SC1041 `routes[1]` routes */, as `routes[0]` does already',
      'stagecraft.yml:9:36 SC1022 `routes[1].tls: acme` is not supported by this version yet',
      'stagecraft.yml:10:1 SC1022 `databases` is not supported by this version yet',
    ]);
    expect(error.location).toEqual({ file: 'stagecraft.yml', line: 6, column: 10 });
  });

  it('says how to begin where there is no file', async () => {
    const error = await inProject({}, ({ folder, files }) => errorOf(readConfigFile({ files, path: 'stagecraft.yml', folder })));
    expect([error.code, error.kind, error.message, error.next[0]]).toEqual(['SC1001', 'user', 'there is no stagecraft.yml here', 'stagecraft init']);
  });

  it('refuses a folder', async () => {
    const error = await inProject({}, ({ folder, files }) => {
      mkdirSync(join(folder, 'stagecraft.yml'));
      return errorOf(readConfigFile({ files, path: 'stagecraft.yml', folder }));
    });
    expect(lines(error)).toEqual(['stagecraft.yml:1:1 SC1002 stagecraft.yml is a folder; the config is a file']);
  });

  it.each<[string, Uint8Array, string]>([
    ['Latin-1', Buffer.from('version: 1\nproject: { name: caf\u00e9 }\n', 'latin1'), 'stagecraft.yml:2:21 SC1005 stagecraft.yml is not UTF-8'],
    ['UTF-16', Buffer.from('\uFEFFversion: 1\n', 'utf16le'), 'stagecraft.yml:1:1 SC1005 stagecraft.yml is not UTF-8 but UTF-16'],
    ['a NUL', Buffer.from('version: 1\nname: \0\n'), 'stagecraft.yml:2:7 SC1006 the control character U+0000 stands here; a text file has none'],
    ['an escape character', Buffer.from('# \u001b[31m\n'), 'stagecraft.yml:1:3 SC1006 the control character U+001B stands here; a text file has none'],
    ['too many bytes', Buffer.alloc(300 * 1024, 'a: 1\n'), 'stagecraft.yml:1:1 SC1004 stagecraft.yml has 300 KiB; 256 KiB is the most that is read'],
  ])('refuses %s', async (_title, bytes, first) => {
    expect(lines(await wrong(bytes))).toEqual([first]);
  });

  it('takes a byte order mark and Windows line ends', async () => {
    expect((await read(`\uFEFF${five.replaceAll('\n', '\r\n')}`)).locate(['project'])).toEqual({ file: 'stagecraft.yml', line: 2, column: 1 });
  });

  it('leaves keys that begin with x- to the user, anywhere', async () => {
    const config = await read(`${five.replace('prod: {', 'prod: { x-note: [1],')}x-common: &c { drain: 5s }\nservices:\n  api: { rollout: *c, x-owner: me }\n  x-idea: 7\n`);
    expect(config.data['services']).toEqual({ api: { rollout: { drain: '5s' } } });
    expect(Object.keys(config.data)).toEqual(['version', 'project', 'environments', 'services']);
  });

  it('passes over values that hold a variable until their environment is known', async () => {
    await expect(read(`${five}services: { api: { replicas: "\${N}", role: "\${R:-app}" } }\nproxy: { provider: "$PROXY" }\n`)).resolves.toBeDefined();
  });

  it('tells the names of variables that the file mentions, sorted', async () => {
    expect((await read(`${five}services: { api: { replicas: "\${N:-\${M}}" } }\n`)).mentions).toEqual(['M', 'N']);
  });

  it.each<[string, string]>([
    ['brackets', '['.repeat(200_000)],
    ['braces', '{a: '.repeat(60_000)],
    ['dashes', '- '.repeat(120_000)],
    ['question marks', '? '.repeat(120_000)],
    ['indentation', Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['an alias bomb', `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(',')}]`).join('\n')}\n`],
    ['many aliases', `a: &a 1\n${Array.from({ length: 5000 }, (_, index) => `b${index}: *a`).join('\n')}\n`],
    ['many keys', Array.from({ length: 30_000 }, (_, index) => `k${index}: 1`).join('\n').slice(0, 260_000)],
    ['one key many times', 'a:\n'.repeat(80_000)],
    ['many wrong routes', `${five}routes: [${'{},'.repeat(60_000)}]`],
    ['a long number', `version: ${'9'.repeat(200_000)}`],
    ['quotes', '"'.repeat(200_000)],
    ['anchors', '&a '.repeat(80_000)],
    ['colons', ': '.repeat(100_000)],
    ['a long duration', `${five}services: { a: { rollout: { drain: ${'1'.repeat(200_000)} } } }`],
    ['a long host name', `${five}routes: [{ service: web, port: 80, host: ${'a-'.repeat(100_000)} }]`],
    ['a long path', `${five}routes: [{ service: web, port: 80, path: ${'/a'.repeat(100_000)} }]`],
  ])('is not held up by %s', async (_title, text) => {
    const begun = process.cpuUsage();
    const error = await errorOf(readText(text));
    expect(spent(begun)).toBeLessThan(2500);
    expect(error.findings[0]?.location ?? error.location).toEqual(expect.objectContaining({ file: 'stagecraft.yml' }));
  });

  it('meets any text with a config or with errors that have a place', async () => {
    const piece = fc.constantFrom('version', ': ', '1', '\n', '  ', '- ', '{', '}', '[', ']', ', ', '"', "'", '&a ', '*a', 'project', 'environments', 'prod', 'hosts', '!x ', '|', '#', '---\n', '\t', '? ', '<<', '$', '%', 'x-');
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')), fc.array(piece, { maxLength: 30 }).map((pieces) => five + pieces.join('')));
    await fc.assert(
      fc.asyncProperty(text, async (source) => {
        const begun = process.cpuUsage();
        try {
          await readText(source);
        } catch (error) {
          if (!isStagecraftError(error)) throw error;
          expect(error.kind).toBe('user');
          for (const finding of error.findings.length > 0 ? error.findings : [error]) {
            expect(finding.location?.line).toBeGreaterThan(0);
            expect(finding.location?.column).toBeGreaterThan(0);
          }
        }
        expect(spent(begun)).toBeLessThan(1000);
      }),
      { numRuns: 300 },
    );
  });
});
