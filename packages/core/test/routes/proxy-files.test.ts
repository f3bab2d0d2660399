import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { RouteTable } from '../../src/plugin-api/index.js';
import { changeScript } from '../../src/routes/proxy-files.js';

let root = '';
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'proxy-files-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const table: RouteTable = { project: 'shop', environment: 'prod', routes: [{ service: 'web', port: 3000 }], targets: [{ id: 'web-r1-1', service: 'web', port: 3000, state: 'in' }] };

/** As the step's shell runs it. */
function run(script: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('sh', ['-c', `set -eu\numask 077\nSTAGECRAFT_ROOT=${root}\n${script}`], { encoding: 'utf8' });
}

const read = (path: string): string => readFileSync(join(root, 'proxy', path), 'utf8');

describe('DEPLOY_ROLLOUT: the script of a change', () => {
  it('puts files, the table and nothing else in their places: for every user to read what the proxy reads, and no more', () => {
    expect(run(changeScript({ files: [{ path: 'shop-prod.yml', content: 'a: 1\n' }, { path: 'routes/x.cfg', content: '' }], remove: [], run: [] }, 'acme', table))).toMatchObject({ status: 0, stderr: '' });
    expect(read('files/shop-prod.yml')).toBe('a: 1\n');
    expect(read('files/routes/x.cfg')).toBe('');
    expect(JSON.parse(read('tables/shop-prod.json'))).toEqual({ ...table, provider: 'acme' });
    expect(readdirSync(join(root, 'proxy/files')).sort()).toEqual(['routes', 'shop-prod.yml']);
    expect((statSync(join(root, 'proxy/files')).mode & 0o777).toString(8)).toBe('755');
    expect((statSync(join(root, 'proxy/files/routes')).mode & 0o777).toString(8)).toBe('755');
    expect((statSync(join(root, 'proxy/files/shop-prod.yml')).mode & 0o777).toString(8)).toBe('644');
    expect((statSync(join(root, 'proxy')).mode & 0o777).toString(8)).toBe('700');
    expect((statSync(join(root, 'proxy/tables/shop-prod.json')).mode & 0o777).toString(8)).toBe('600');
  });

  it('carries any text as it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', '%', 'EOF', '!', ' ') })), (content) => {
        fc.pre(!content.includes('\0'));
        expect(run(changeScript({ files: [{ path: 'x.yml', content }], remove: [], run: [] }, 'acme', table))).toMatchObject({ status: 0 });
        expect(read('files/x.yml')).toBe(content);
      }),
      { numRuns: 30 },
    );
  });

  it('runs the commands after the files, in the proxy’s folder, and stops at the first that fails', () => {
    const command = (argv: string[], stdin?: string): { argv: string[]; stdin?: string } => ({ argv, ...(stdin === undefined ? {} : { stdin }) });
    const files = [{ path: 'a.txt', content: 'first\n' }];
    expect(run(changeScript({ files, remove: [], run: [command(['cat', 'a.txt']), command(['cat'], "it's $stdin\n")] }, 'acme', table))).toMatchObject({ status: 0, stdout: "first\nit's $stdin\n" });
    const failed = run(changeScript({ files, remove: [], run: [command(['false']), command(['echo', 'never'])] }, 'acme', table));
    expect(failed.status).toBe(1);
    expect(failed.stdout).toBe('');
  });

  it('takes files and the table away where nothing is routed any more', () => {
    mkdirSync(join(root, 'proxy/files'), { recursive: true });
    mkdirSync(join(root, 'proxy/tables'), { recursive: true });
    for (const path of ['files/shop-prod.yml', 'files/blog-prod.yml', 'tables/shop-prod.json', 'tables/blog-prod.json']) writeFileSync(join(root, 'proxy', path), '{}');
    expect(run(changeScript({ files: [], remove: ['shop-prod.yml', 'not-there.yml'], run: [] }, 'acme', { ...table, routes: [], targets: [] }))).toMatchObject({ status: 0 });
    expect([readdirSync(join(root, 'proxy/files')), readdirSync(join(root, 'proxy/tables'))]).toEqual([['blog-prod.yml'], ['blog-prod.json']]);
  });
});
