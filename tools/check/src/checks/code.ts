import type { Check } from '../check.js';

/** A check that is one program: right when it ends with 0. */
const program = (name: string, argv: readonly string[]): Check => ({
  name,
  run: async (context) => {
    const { code, output } = await context.run(argv);
    return { ok: code === 0, problems: [output] };
  },
});

export const types = program('types', ['tsc', '-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/types.tsbuildinfo', '--pretty', 'false']);
export const lint = program('lint', ['eslint', '.']);
export const arrows = program('arrows', ['depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'packages', 'plugins', 'tools']);
export const unused = program('unused', ['knip', '--no-progress', '--no-config-hints']);
