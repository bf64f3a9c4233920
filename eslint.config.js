import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const chatSdk = [
  'botbuilder',
  'botbuilder-*',
  'botframework-*',
  '@microsoft/teams-ai',
  '@microsoft/teams-ai/*',
  'restify',
];
const graphSdk = ['@microsoft/microsoft-graph-client', '@microsoft/microsoft-graph-types'];
const tokenSdk = ['@azure/*'];
const storeSdk = ['kysely', 'kysely/*', 'pg', 'node:sqlite'];
const everySdk = [...chatSdk, ...graphSdk, ...tokenSdk, ...storeSdk, 'adaptivecards-templating', 'pino'];
const adapters = ['teams', 'graph', 'identity', 'store', 'audit', 'cards', 'sandbox'];

/**
 * Arrows point at core: the folders and packages that a folder may not import. A file in a sub-folder climbs one step
 * more. tests/architecture.test.ts holds the same by resolving every import.
 */
function arrows(folder, forbiddenFolders, forbiddenPackages, extra = []) {
  return [
    ['*.ts', '../'],
    ['*/*.ts', '../../'],
  ].map(([files, up]) => ({
    files: [`src/${folder}/${files}`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: forbiddenPackages,
              message: `${folder} may not know this package: docs/design.md tells which folder may.`,
            },
            {
              group: [...forbiddenFolders.map((name) => `${up}${name}/**`), ...extra.map((name) => `${up}${name}`)],
              message: `${folder} may not import this: arrows point at core.`,
            },
          ],
        },
      ],
    },
  }));
}

const except = (list, ...names) => list.filter((name) => !names.includes(name));

const features = [
  'activate',
  'alias',
  'announce',
  'approve',
  'deactivate',
  'deliver',
  'extend',
  'help',
  'policy',
  'sign-in',
  'status',
  'watch',
  'who',
];

export default defineConfig([
  globalIgnores([
    '.stryker-tmp/',
    'node_modules/',
    'data/',
    'coverage/',
    'appPackage/build/',
    'tests/e2e/screenshots/',
  ]),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts', 'src/sandbox/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only main.ts reads the environment.' },
        { object: 'Date', property: 'now', message: 'Time comes in from outside.' },
        { object: 'Math', property: 'random', message: 'Randomness comes in from outside.' },
      ],
    },
  },
  arrows('core', [...adapters, 'language', ...features], [...everySdk, 'zod', 'node:*']),
  arrows('language', [...adapters, ...features], [...everySdk, 'zod']),
  ...features.map((name) => arrows(name, adapters, everySdk)),
  arrows(
    'cards',
    [...except(adapters, 'cards'), 'language', ...features],
    except(everySdk, 'adaptivecards-templating'),
  ),
  arrows('teams', [...except(adapters, 'teams', 'cards'), 'language', ...features], except(everySdk, ...chatSdk)),
  arrows('graph', [...except(adapters, 'graph'), 'language', ...features], except(everySdk, ...graphSdk)),
  arrows('identity', [...except(adapters, 'identity'), 'language', ...features], except(everySdk, ...tokenSdk)),
  arrows('store', [...except(adapters, 'store'), 'language', ...features], except(everySdk, ...storeSdk)),
  arrows('audit', [...except(adapters, 'audit'), 'language', ...features], everySdk),
  arrows('sandbox', [...except(adapters, 'sandbox'), 'core', 'language', ...features], everySdk, [
    {
      group: ['../ports/*', '../config.ts', '../app.ts', '../main.ts'],
      message: 'The sandbox imports nothing else from src.',
    },
  ]),
  {
    files: ['tests/**/*.test.ts', 'tests/*/rules/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'fast-check', message: 'tests/support/fast-check.ts gives every run of CI the same inputs.' },
          ],
        },
      ],
    },
  },
  {
    files: ['tests/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
]);
