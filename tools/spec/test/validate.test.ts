import { describe, expect, it } from '@jest/globals';
import { validate } from '../src/validate.js';
import type { Problem, Tree } from '../src/tree.js';

const features = `features:
  - id: CLI_ONE
    domain: cli
    title: stagecraft one
    status: done
    depends_on: [CORE_TWO]
    spec: spec/cli/CLI_ONE.md
    tests: [packages/cli/test/one.test.ts]
  - id: CORE_TWO
    domain: core
    title: The second thing
    status: wip
    depends_on: []
    spec: spec/core/CORE_TWO.md
    tests: []
  - id: DEV_THREE
    domain: dev
    title: The third thing
    status: todo
    depends_on: [CLI_ONE]
    tests: []
`;

const spec = (head: string): string => `---\n${head}\n---\n# It\n\n## What must hold\n\nIt.\n\n## How it is tested\n\nSo.\n`;

const right: Tree = {
  features,
  specs: {
    'spec/cli/CLI_ONE.md': spec('id: CLI_ONE\ntitle: stagecraft one\ncommands:\n  one list: { flags: [all], exit_codes: [0, 1] }'),
    'spec/core/CORE_TWO.md': spec('id: CORE_TWO\ntitle: The second thing\nglobal_flags: [env]'),
  },
  adrs: { 'spec/adr/0001-one-way.md': '# 0001. One way\n\nStatus: accepted\n', 'spec/adr/template.md': '# NNNN. TITLE\n' },
  tests: { 'packages/cli/test/one.test.ts': "describe('CLI_ONE', () => {})" },
  commands: { 'one list': { flags: ['all', 'env'], exit_codes: [0, 1] } },
};

const changed = (from: string, to: string): Tree => {
  const text = features.replace(from, to);
  if (text === features) throw new Error(`nothing to replace: ${from}`);
  return { ...right, features: text };
};
const withSpec = (text: string, path = 'spec/core/CORE_TWO.md'): Tree => ({ ...right, specs: { ...right.specs, [path]: text } });
const without = (path: string): Tree => ({ ...right, specs: Object.fromEntries(Object.entries(right.specs).filter(([one]) => one !== path)) });
const lines = (problems: readonly Problem[]): readonly string[] => problems.map(({ where, message }) => `${where}: ${message}`);

describe('a tree that is right', () => {
  it('has no problem', () => expect(validate(right)).toEqual([]));
});

describe('a broken features.yaml', () => {
  it.each<[string, Tree, string]>([
    ['that is no YAML', changed('features:', 'features: ['), 'spec/features.yaml:'],
    ['with a key twice', changed('    domain: cli', '    domain: cli\n    domain: core'), 'spec/features.yaml:4: Map keys must be unique'],
    ['without the list', { ...right, features: 'rows: []\n' }, 'must NOT have additional properties: rows'],
    ['that is empty', { ...right, features: '' }, 'it must be object'],
    ['with an unknown status', changed('status: wip', 'status: started'), 'spec/features.yaml:12: features.1.status must be equal to one of the allowed values: todo, wip, done'],
    ['with an unknown domain', changed('domain: dev', 'domain: devel'), 'features.2.domain must be equal to one of the allowed values'],
    ['with an unknown key', changed('    domain: dev', '    domain: dev\n    owner: me'), 'features.2 must NOT have additional properties: owner'],
    ['with a missing key', changed('    depends_on: []\n', ''), "features.1 must have required property 'depends_on'"],
    ['with a malformed ID', changed('id: DEV_THREE', 'id: dev-three'), 'features.2.id must match pattern'],
    ['with one ID twice', changed('id: DEV_THREE', 'id: CLI_ONE'), 'spec/features.yaml:2: CLI_ONE stands here and again as entry 3'],
    ['with an unknown dependency', changed('[CORE_TWO]', '[CORE_TOW]'), 'spec/features.yaml:2: CLI_ONE depends on CORE_TOW, which is not a feature'],
    ['with a circle', changed('depends_on: []', 'depends_on: [DEV_THREE]'), 'dependencies in a circle: CLI_ONE -> CORE_TWO -> DEV_THREE -> CLI_ONE'],
    ['with a feature that needs itself', changed('depends_on: []', 'depends_on: [CORE_TWO]'), 'dependencies in a circle: CORE_TWO -> CORE_TWO'],
    ['where done stands on todo', changed('status: wip', 'status: todo'), 'CLI_ONE is done, but depends on CORE_TWO, which is todo'],
    ['where done has no test', { ...changed('[packages/cli/test/one.test.ts]', '[]'), tests: {} }, 'CLI_ONE is done and no test names it'],
    ['where a test is not there', { ...right, tests: {} }, 'CLI_ONE: the test file packages/cli/test/one.test.ts is not there'],
    ['where a test does not name the ID', { ...right, tests: { 'packages/cli/test/one.test.ts': 'CLI_ONE_MORE' } }, 'CLI_ONE: packages/cli/test/one.test.ts does not name it'],
    ['that does not list a test that names the ID', { ...right, tests: { ...right.tests, 'packages/core/test/two.test.ts': '// CORE_TWO' } }, 'CORE_TWO: named by packages/core/test/two.test.ts'],
    ['where wip names no spec', changed('    spec: spec/core/CORE_TWO.md\n', ''), 'CORE_TWO is wip and names no spec'],
    ['where a spec is not there', without('spec/core/CORE_TWO.md'), 'CORE_TWO: spec/core/CORE_TWO.md is not there'],
    ['where a spec lies elsewhere', changed('spec: spec/core/CORE_TWO.md', 'spec: spec/cli/CORE_TWO.md'), 'CORE_TWO: its spec belongs at spec/core/CORE_TWO.md'],
  ])('%s is caught', (_, tree, problem) => expect(lines(validate(tree)).join('\n')).toContain(problem));
});

describe('a broken spec', () => {
  it.each<[string, Tree, string]>([
    ['without frontmatter', withSpec('# It\n'), 'spec/core/CORE_TWO.md: has no frontmatter'],
    ['with frontmatter that is no YAML', withSpec(spec('id: [')), 'spec/core/CORE_TWO.md: frontmatter: it must be object'],
    ['with its own status', withSpec(spec('id: CORE_TWO\ntitle: The second thing\nstatus: done')), 'must NOT have additional properties: status'],
    ['with another title', withSpec(spec('id: CORE_TWO\ntitle: The 2nd')), 'the title is "The 2nd" here and "The second thing" in spec/features.yaml'],
    ['of no feature', withSpec(spec('id: CORE_LOST\ntitle: Lost'), 'spec/core/CORE_LOST.md'), 'spec/core/CORE_LOST.md: CORE_LOST is not in spec/features.yaml'],
    ['that another file is', withSpec(spec('id: CORE_TWO\ntitle: The second thing'), 'spec/core/TWO.md'), 'spec/core/TWO.md: spec/features.yaml does not name this file as the spec of CORE_TWO'],
    ['without its tests', withSpec(spec('id: CORE_TWO\ntitle: The second thing').replace('## How it is tested', '## More')), 'has no section "## How it is tested"'],
  ])('%s is caught', (_, tree, problem) => expect(lines(validate(tree)).join('\n')).toContain(problem));
});

describe('commands and specs that differ', () => {
  const withCommands = (commands: Tree['commands']): Tree => ({ ...right, ...(commands && { commands }) });
  it.each<[string, Tree, string]>([
    ['a flag of the spec that is not there', withCommands({ 'one list': { flags: ['env'], exit_codes: [0, 1] } }), 'one list: flag --all stands in the spec, the command does not declare it'],
    ['a flag that no spec has', withCommands({ 'one list': { flags: ['all', 'env', 'loud'], exit_codes: [0, 1] } }), 'one list: flag --loud is declared by the command, the spec does not have it'],
    ['a global flag that is missing', withCommands({ 'one list': { flags: ['all'], exit_codes: [0, 1] } }), 'one list: flag --env stands in the spec'],
    ['another exit code', withCommands({ 'one list': { flags: ['all', 'env'], exit_codes: [0, 2] } }), 'one list: exit code 2 is declared by the command'],
    ['a command that is not there', withCommands({}), 'there is no command one list'],
    ['a command without spec', withCommands({ ...right.commands, two: { flags: ['env'], exit_codes: [0] } }), 'no spec has the command two'],
    ['a command in two specs', withSpec(spec('id: CORE_TWO\ntitle: The second thing\ncommands:\n  one list: { flags: [all], exit_codes: [0, 1] }\nglobal_flags: [env]')), 'the command one list stands in spec/cli/CLI_ONE.md too'],
  ])('%s is caught', (_, tree, problem) => expect(lines(validate(tree)).join('\n')).toContain(problem));
});

describe('a broken ADR', () => {
  it.each<[string, Tree['adrs'], string]>([
    ['with a wrong name', { 'spec/adr/one.md': '' }, 'an ADR is named NNNN-short-title.md'],
    ['with a number twice', { 'spec/adr/0001-a.md': '# 0001. A\n\nStatus: accepted\n', 'spec/adr/0001-b.md': '# 0001. B\n\nStatus: accepted\n' }, '0001 is the number of spec/adr/0001-a.md too'],
    ['with another number in its title', { 'spec/adr/0001-a.md': '# 0002. A\n\nStatus: accepted\n' }, 'its first line must be "# 0001. Title"'],
    ['without status', { 'spec/adr/0001-a.md': '# 0001. A\n' }, 'a line "Status:'],
  ])('%s is caught', (_, adrs, problem) => expect(lines(validate({ ...right, adrs })).join('\n')).toContain(problem));
});
