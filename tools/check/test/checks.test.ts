import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Check, CheckContext } from '../src/check.js';
import { dependencies } from '../src/checks/dependencies.js';
import { docs } from '../src/checks/docs.js';
import { lengths } from '../src/checks/lengths.js';
import { vendors } from '../src/checks/vendors.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** What a check says of a checkout with these files. */
async function problems(check: Check, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'stagecraft-check-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const context: CheckContext = { root, files: Object.keys(files).sort(), fix: false, read: (path) => files[path] ?? '', run: () => Promise.reject(new Error('no program is run here')) };
  const found = await check.run(context);
  expect(found.ok).toBe(found.problems?.length === 0);
  return found.problems ?? [];
}

describe('vendors', () => {
  const path = 'packages/core/src/routes/x.ts';
  it('refuses a name in code of core', async () => expect(await problems(vendors, { [path]: "\nconst id = 'traefik';\n" })).toEqual([`${path}:2: const id = 'traefik';`]));
  it('lets comments speak', async () => expect(await problems(vendors, { [path]: '// Traefik does\n/** HAProxy\n * too */\nconst a = 1; // as Caddy\n' })).toEqual([]));
  it('lets plugins name theirs', async () => expect(await problems(vendors, { 'plugins/proxy-traefik/src/proxy.ts': "const id = 'traefik';" })).toEqual([]));
});

describe('dependencies', () => {
  const page = 'docs/dependencies.md';
  const manifest = (dependencies: Record<string, string>): string => JSON.stringify({ dependencies });
  it('asks for a reason', async () => expect(await problems(dependencies, { [page]: '', 'packages/x/package.json': manifest({ yaml: 'catalog:' }) })).toEqual([`packages/x/package.json: yaml has no line in ${page}`]));
  it('asks for no reason of what nobody uses', async () => expect(await problems(dependencies, { [page]: '| `yaml` | reads | small | Eemeli |' })).toEqual([`${page}: nothing uses yaml`]));
  it('asks for the catalog', async () => expect(await problems(dependencies, { [page]: '| `yaml` | reads |', 'package.json': manifest({ yaml: '^2.0.0' }) })).toEqual(['package.json: yaml has its version here; it belongs into the catalog of pnpm-workspace.yaml']));
  it('lets packages of the workspace be', async () => expect(await problems(dependencies, { [page]: '', 'plugins/x/package.json': manifest({ '@stagecraft/core': 'workspace:^' }) })).toEqual([]));
});

describe('docs', () => {
  const right = { 'docs/README.md': '[a](a.md)', 'docs/a.md': 'see [the tour](../ARCHITECTURE.md#plan) and [a site](https://example.com/x)', 'ARCHITECTURE.md': 'in `packages/core/src`', 'packages/core/src/x.ts': '' };
  it('finds nothing where every link leads somewhere', async () => expect(await problems(docs, right)).toEqual([]));
  it('finds a link that leads nowhere', async () => expect(await problems(docs, { ...right, 'docs/a.md': '\n[b](b.md)' })).toEqual(['docs/a.md:2: b.md is not there']));
  it('finds a path that the tour names and that is not there', async () => expect(await problems(docs, { ...right, 'ARCHITECTURE.md': 'in `packages/core/src/gone`' })).toEqual(['ARCHITECTURE.md:1: packages/core/src/gone is not there']));
  it('finds a page that the index forgot', async () => expect(await problems(docs, { ...right, 'docs/README.md': '' })).toEqual(['docs/README.md: does not list docs/a.md']));
  it('leaves code blocks alone', async () => expect(await problems(docs, { ...right, 'docs/a.md': '```\n[x](gone.md)\n```' })).toEqual([]));
});

describe('lengths', () => {
  it('refuses a file that is several ideas, but not a long test', async () =>
    expect(await problems(lengths, { 'packages/x/src/a.ts': '\n'.repeat(501), 'packages/x/src/b.ts': '\n'.repeat(400), 'packages/x/test/c.test.ts': '\n'.repeat(900) })).toEqual(['packages/x/src/a.ts has 501 lines']));
});
