import tseslint from 'typescript-eslint';

/** Files whose default export is their contract: oclif commands and help, provider modules, configs. */
const defaultExports = ['packages/cli/src/commands/**', 'packages/cli/src/help/**', 'packages/cli/src/hooks/**', 'plugins/*/src/{backend,frontend,proxy,secrets,ci,cloud,driver,network,migration}.ts', '**/*.config.{ts,js,mjs}', '**/*.cjs', 'examples/**'];

const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Named exports only: a name that is searched for is found.' };
const noEnumOrNamespace = { selector: 'TSEnumDeclaration, TSModuleDeclaration[kind="namespace"]', message: 'Types and data only: no code that TypeScript makes.' };
const noClock = [
  { object: 'Date', property: 'now', message: 'No clock here: time comes from the Clock port.' },
  { object: 'Math', property: 'random', message: 'No random here: the same input gives the same bytes.' },
];
const noWorld = [
  { object: 'process', property: 'env', message: 'The environment comes in by a port or a parameter.' },
  { object: 'process', property: 'cwd', message: 'The folder comes in by a port or a parameter.' },
  { object: 'process', property: 'exit', message: 'Core ends nothing: throw.' },
  { object: 'process', property: 'stdout', message: 'Core never prints: tell an event.' },
  { object: 'process', property: 'stderr', message: 'Core never prints: tell an event.' },
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/coverage/**', '**/.stagecraft/**', 'bench/results/**'] },
  {
    files: ['**/*.{ts,js,mjs,cjs}'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parser: tseslint.parser, ecmaVersion: 2023, sourceType: 'module' },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'eqeqeq': 'error',
      'no-console': 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-control-regex': 'error',
      'no-debugger': 'error',
      'no-dupe-else-if': 'error',
      'no-duplicate-imports': 'off',
      'no-fallthrough': 'error',
      'no-self-assign': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'off',
      'no-throw-literal': 'error',
      'no-unreachable': 'error',
      'no-unsafe-finally': 'error',
      'no-var': 'error',
      'prefer-const': ['error', { destructuring: 'all' }],
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true }],
      'no-restricted-syntax': ['error', noDefaultExport, noEnumOrNamespace],
    },
  },
  {
    // What needs types: an unawaited promise is an error that nobody hears.
    files: ['{packages,plugins,tools}/*/{src,test,test-support}/**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
    },
  },
  { files: defaultExports, rules: { 'no-restricted-syntax': ['error', noEnumOrNamespace] } },
  { files: ['**/test/**', 'tools/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['packages/cli/src/render/**', 'tools/**', 'bench/**', 'examples/**', 'test-support/**', '**/test/**'], rules: { 'no-console': 'off' } },
  { files: ['packages/core/src/**'], ignores: ['packages/core/src/adapters/**'], rules: { 'no-restricted-properties': ['error', ...noWorld] } },
  { files: ['packages/core/src/{plan,rollout,compose,config}/**', 'packages/core/src/plugin-api/**'], rules: { 'no-restricted-properties': ['error', ...noWorld, ...noClock] } },
);
