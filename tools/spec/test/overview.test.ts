import { describe, expect, it } from '@jest/globals';
import type { Feature } from '../src/feature.js';
import { dependents } from '../src/dependents.js';
import { fillTests } from '../src/fill-tests.js';
import { overview } from '../src/overview.js';

const feature = (id: string, domain: string, status: Feature['status'], ...depends_on: string[]): Feature => ({ id, domain, title: `What ${id} is`, status, depends_on, tests: [] });
const features = [
  { ...feature('CORE_A', 'core', 'done'), spec: 'spec/core/CORE_A.md', tests: ['x.test.ts', 'y.test.ts'] },
  feature('CORE_B', 'core', 'wip', 'CORE_A'),
  feature('CLI_C', 'cli', 'todo', 'CORE_B'),
  feature('CLI_D', 'cli', 'todo', 'CORE_A', 'CLI_C'),
];

describe('the overview', () => {
  const text = overview(features);
  it('counts by status and domain', () => {
    expect(text).toContain('| Core | 0 | 1 | 1 | 2 |');
    expect(text).toContain('| **All** | 2 | 1 | 1 | 4 |');
  });
  it('has a row a feature, linked to its spec', () => expect(text).toContain('| [CORE_A](../../spec/core/CORE_A.md) | What CORE_A is | done |  | 2 |'));
  it('draws every dependency', () => expect(text.match(/^ {2}\S+ --> \S+$/gm)).toEqual(['  CORE_B --> CORE_A', '  CLI_C --> CORE_B', '  CLI_D --> CORE_A', '  CLI_D --> CLI_C']));
  it('leaves out a domain without features', () => expect(text).not.toContain('Migrations'));
});

describe('impact', () => {
  it('lists who depends on a feature, near ones first', () =>
    expect(dependents(features, 'CORE_A').map((one) => [one.feature.id, one.distance])).toEqual([['CLI_D', 1], ['CORE_B', 1], ['CLI_C', 2]]));
  it('is empty where nobody does', () => expect(dependents(features, 'CLI_D')).toEqual([]));
  it('refuses an unknown ID', () => expect(() => dependents(features, 'CORE_Z')).toThrow('CORE_Z is not in spec/features.yaml'));
});

describe('filling the test lists', () => {
  const text = '# kept\nfeatures:\n\n  # kept too\n  - id: CORE_A\n    depends_on: []\n    tests: [gone.test.ts]\n  - id: CORE_AB\n    depends_on: [CORE_A]\n    tests: []\n';
  const filled = fillTests(text, { 'b.test.ts': 'CORE_A', 'a.test.ts': 'CORE_A and more' });
  it('names what names the ID, sorted, and leaves the rest as it was', () =>
    expect(filled).toBe('# kept\nfeatures:\n\n  # kept too\n  - id: CORE_A\n    depends_on: []\n    tests:\n      - a.test.ts\n      - b.test.ts\n  - id: CORE_AB\n    depends_on: [CORE_A]\n    tests: []\n'));
  it('changes nothing the second time', () => expect(fillTests(filled, { 'b.test.ts': 'CORE_A', 'a.test.ts': 'CORE_A and more' })).toBe(filled));
});
