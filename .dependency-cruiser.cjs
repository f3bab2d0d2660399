const { readFileSync } = require('node:fs');

/** The files of core that its package.json exports: its public surface. */
const surface = Object.values(JSON.parse(readFileSync(`${__dirname}/packages/core/package.json`, 'utf8')).exports)
  .map((target) => target['stagecraft-source'])
  .filter(Boolean)
  .map((path) => `^packages/core/${path.replace('./', '')}$`.replaceAll('.', '\\.'));

const core = '^packages/core/src/';
const pure = `${core}(plan|rollout|compose|config)/`;
const impure = '^(node:)?(fs|fs/promises|child_process|cluster|dgram|dns|http|http2|https|net|os|process|readline|timers|timers/promises|tls|worker_threads)$';
const values = { dependencyTypesNot: ['type-only'] };
const eager = { dependencyTypesNot: ['type-only', 'dynamic-import'] };

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', comment: 'Files that need each other to run are one file.', from: {}, to: { circular: true, viaOnly: eager } },
    { name: 'not-to-tests', severity: 'error', from: { path: '^(packages|plugins|tools)/[^/]+/src/' }, to: { path: '^(packages|plugins|tools)/[^/]+/(test|test-support)/' } },
    { name: 'not-to-tools', severity: 'error', from: { path: '^(packages|plugins)/[^/]+/src/' }, to: { path: '^(tools|bench|examples)/' } },
    { name: 'unresolved', severity: 'error', from: { pathNot: '^examples/' }, to: { couldNotResolve: true } },
    { name: 'undeclared', severity: 'error', comment: 'An import stands in the package.json of its package.', from: { path: '^(packages|plugins)/[^/]+/src/' }, to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] } },

    { name: 'plugin-api-imports-nothing', severity: 'error', from: { path: `${core}plugin-api/` }, to: { pathNot: `${core}plugin-api/` } },
    { name: 'pure-knows-no-world', severity: 'error', comment: 'plan, rollout, compose and config take what they need from the world as arguments.', from: { path: pure }, to: { path: `${core}(adapters|phases|steps|protocol|actions|observe)/`, pathNot: '/types\\.ts$', ...values } },
    { name: 'pure-is-pure', severity: 'error', from: { path: pure }, to: { path: [impure, 'node_modules/(execa|dockerode|node-ssh|winston)/'], ...values } },
    { name: 'rollout-below-plan', severity: 'error', from: { path: `${core}rollout/` }, to: { path: `${core}plan/`, pathNot: `${core}plan/types\\.ts$`, ...values } },
    { name: 'phases-decide-nothing', severity: 'error', from: { path: `${core}(phases|steps)/` }, to: { path: `${core}(plan|rollout|actions|adapters|config)/`, pathNot: '/types\\.ts$', ...values } },
    { name: 'steps-below-phases', severity: 'error', from: { path: `${core}steps/` }, to: { path: `${core}phases/`, ...values } },
    { name: 'actions-on-top', severity: 'error', from: { path: core, pathNot: `${core}(actions/|[a-z-]+\\.ts$)` }, to: { path: `${core}actions/`, ...values } },
    { name: 'adapters-behind-ports', severity: 'error', comment: 'Only actions put adapters behind ports.', from: { path: core, pathNot: `${core}(adapters/|actions/|[a-z-]+\\.ts$)` }, to: { path: `${core}adapters/`, ...values } },
    { name: 'engine-client-in-adapters', severity: 'error', from: { path: '^(packages|plugins)/', pathNot: '^packages/core/(src|test)/adapters/' }, to: { path: 'node_modules/(dockerode|node-ssh|ssh2)/' } },
    { name: 'cloud-client-in-its-plugin', severity: 'error', from: { pathNot: '^plugins/cloud-do/' }, to: { path: 'node_modules/@digitalocean/' } },
    { name: 'core-names-no-plugin', severity: 'error', from: { path: core }, to: { path: '^(plugins|packages/cli)/' } },

    { name: 'cli-uses-the-surface', severity: 'error', from: { path: '^packages/cli/(src|test)/' }, to: { path: core, pathNot: surface } },
    { name: 'cli-names-no-plugin', severity: 'error', comment: 'The cli has plugins by package.json alone.', from: { path: '^packages/cli/src/' }, to: { path: '^plugins/' } },
    { name: 'commands-are-leaves', severity: 'error', from: { path: '^packages/cli/src/', pathNot: '^packages/cli/src/commands/' }, to: { path: '^packages/cli/src/commands/' } },
    { name: 'plugins-import-types-only', severity: 'error', from: { path: '^plugins/[^/]+/src/' }, to: { path: core, ...values } },
    { name: 'plugins-use-plugin-api', severity: 'error', from: { path: '^plugins/[^/]+/src/' }, to: { path: core, pathNot: `${core}plugin-api/` } },
    { name: 'plugins-stand-alone', severity: 'error', from: { path: '^plugins/([^/]+)/' }, to: { path: '^plugins/', pathNot: '^plugins/$1/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['stagecraft-source', 'import', 'types', 'node', 'default'], exportsFields: ['exports'], mainFields: ['main', 'types'] },
    combinedDependencies: true,
  },
};
