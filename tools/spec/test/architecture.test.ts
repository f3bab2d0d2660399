import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const folders = (path: string): string[] =>
  readdirSync(`${root}${path}`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

describe('ARCH_OVERVIEW: the tour is true to the code', () => {
  it.each(folders('packages/core/src'))('names the folder %s of core', (folder) => {
    expect(read('ARCHITECTURE.md')).toContain(`packages/core/src/${folder}`);
  });

  it('names no path that is not there', () => {
    const paths = [...read('ARCHITECTURE.md').matchAll(/`((?:packages|plugins|tools|spec|docs|examples)\/[\w./-]+)`/g)].map((match) => match[1] ?? '');
    expect(paths.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
  });
});

describe('DOCS_ADR: decisions', () => {
  const decisions = readdirSync(`${root}spec/adr`).filter((name) => /^\d{4}-/.test(name)).sort();

  it('are numbered without a gap', () => {
    expect(decisions.map((name) => Number(name.slice(0, 4)))).toEqual(decisions.map((_, index) => index + 1));
  });

  it.each(decisions)('%s says context, decision and consequences', (name) => {
    const headings = [...read(`spec/adr/${name}`).matchAll(/^##+ (\w+)/gm)].map((match) => match[1]);
    expect(headings).toEqual(expect.arrayContaining(['Context', 'Decision', 'Consequences']));
  });
});
