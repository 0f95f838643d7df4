import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const unused = { argsIgnorePattern: '^_', varsIgnorePattern: '^_' };

const limits = (lines, functionLines) => ({
  'max-lines': ['error', { max: lines }],
  'max-lines-per-function': ['error', { max: functionLines }],
});

/** What is a mistake in any JavaScript; TypeScript finds the rest. */
const certain = Object.fromEntries(
  [
    'eqeqeq',
    'no-async-promise-executor',
    'no-compare-neg-zero',
    'no-cond-assign',
    'no-constant-condition',
    'no-dupe-else-if',
    'no-duplicate-case',
    'no-empty',
    'no-fallthrough',
    'no-loss-of-precision',
    'no-self-assign',
    'no-self-compare',
    'no-unreachable',
    'no-unreachable-loop',
    'no-unsafe-finally',
    'no-useless-catch',
    'no-useless-escape',
    'no-var',
    'prefer-const',
    'use-isnan',
    'valid-typeof',
  ].map((rule) => [rule, 'error']),
);

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.tap/', '.cache/', 'data/', 'config/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...certain,
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        // `t.test` at the top of a file: tap waits for it itself.
        {
          allowForKnownSafePromises: [
            { from: 'package', package: '@tapjs/core', name: ['PromiseWithSubtest', 'PromiseImplicitEnd'] },
          ],
        },
      ],
      // Our objects are plain ones, made by factories: none of their methods has a `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false },
      ],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/return-await': 'error',
      '@typescript-eslint/no-unused-vars': ['error', unused],
      // `Array.isArray` makes `any[]` of the unknown; what is done with its entries is checked all the same.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A plugin or handler may be async because its interface is.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
      'no-console': 'error',
    },
  },
  { files: ['src/**/*.ts', 'src/**/*.tsx'], rules: limits(200, 40) },
  // What people read on a terminal is a command's own output.
  { files: ['src/main.ts', 'src/cli/**/*.ts', 'src/config/generate.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/vite.config.ts', '**/*.config.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    files: ['scripts/**/*.mjs', 'docker/**/*.mjs', '*.js', 'test/**/*.mjs', 'bench/**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'Buffer',
          'URL',
          'URLSearchParams',
          'console',
          'fetch',
          'setTimeout',
          'clearTimeout',
          'performance',
          'AbortController',
          'AbortSignal',
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: { ...certain, 'no-undef': 'error', 'no-unused-vars': ['error', unused], ...limits(200, 60) },
  },
);
