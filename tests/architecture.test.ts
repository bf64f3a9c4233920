import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { brokenArrows, featureEdges, walk } from './support/arrows.ts';
import type { Rules, Tree } from './support/arrows.ts';

/**
 * The only ways from one feature into another. settle() ends every verb, a step is claimed in one way, the watch
 * finishes what a crash left of an activation, extending is ending and activating, and whoever needs a sign-in asks for
 * it in one way.
 */
const edges = [
  'activate -> watch/settle.ts',
  'approve -> sign-in/park.ts',
  'approve -> watch/ruling.ts',
  'approve -> watch/settle.ts',
  'approve -> watch/step.ts',
  'deactivate -> sign-in/park.ts',
  'deactivate -> watch/settle.ts',
  'deactivate -> watch/step.ts',
  'extend -> activate/activate.ts',
  'extend -> deactivate/end.ts',
  'extend -> sign-in/park.ts',
  'sign-in -> activate/order.ts',
  'status -> watch/settle.ts',
  'watch -> activate/recover.ts',
];

/** Arrows point at core; only teams knows the Bot SDK, only graph knows Graph, only main knows the environment. */
const rules: Rules = {
  edges,
  feature: { folders: ['core', 'language', 'ports'], packages: ['node:crypto'] },
  app: { folders: ['core', 'language', 'ports'], packages: [], features: true },
  programs: ['src/main.ts', 'src/language/parse-cli.ts', 'src/sandbox'],
  allowances: {
    core: { folders: [], packages: [] },
    language: { folders: ['core'], packages: ['temporal-polyfill', '@leeoniya/ufuzzy'] },
    ports: { folders: ['core'], packages: [] },
    cards: {
      folders: ['core', 'ports'],
      packages: ['adaptivecards-templating', 'node:fs', 'node:crypto', 'node:module'],
    },
    teams: {
      folders: ['core', 'ports'],
      types: ['cards'],
      packages: [
        'botbuilder',
        'botframework-connector',
        '@microsoft/teams-ai',
        'restify',
        'rate-limiter-flexible',
        'jose',
        'zod',
        'node:crypto',
        'node:http',
        'node:module',
        'node:stream',
      ],
    },
    graph: {
      folders: ['core', 'ports', 'redact'],
      packages: [
        '@microsoft/microsoft-graph-client',
        '@microsoft/microsoft-graph-types',
        'cockatiel',
        'zod',
        'node:diagnostics_channel',
        'node:timers',
      ],
    },
    identity: {
      folders: ['core', 'ports'],
      packages: ['@azure/identity', '@azure/msal-node', 'jose', 'zod', 'node:crypto', 'node:module'],
    },
    store: {
      folders: ['core', 'ports'],
      packages: ['kysely', 'pg', 'node:sqlite', 'node:crypto', 'node:fs', 'node:path', 'node:util'],
    },
    audit: { folders: ['core', 'ports'], packages: ['csv-stringify', 'node:crypto', 'node:fs', 'node:path'] },
    redact: { folders: ['core'], packages: [] },
    'config-rules': { folders: ['redact'], packages: [] },
    config: { folders: ['config-rules', 'core'], packages: ['zod', 'node:crypto', 'node:net'] },
    credentials: { folders: ['config', 'config-rules', 'identity', 'redact'], packages: ['node:fs'] },
    environment: { folders: ['config'], packages: ['node:fs', 'node:util'] },
    'log-events': { folders: [], packages: [] },
    log: { folders: ['config', 'log-events', 'ports', 'redact'], packages: ['pino', 'node:util'] },
    'certificate-alarm': { folders: ['core', 'credentials', 'ports'], packages: [] },
    'clock-alarm': { folders: ['core', 'ports'], packages: [] },
    'sandbox-clock': { folders: ['core', 'ports'], packages: [] },
    main: {
      folders: [
        ...[
          'audit',
          'cards',
          'certificate-alarm',
          'clock-alarm',
          'config',
          'config-rules',
          'core',
          'credentials',
          'environment',
          'graph',
          'identity',
          'log',
          'ports',
          'redact',
        ],
        ...['sandbox-clock', 'store', 'teams'],
      ],
      packages: ['node:crypto', 'node:fs', 'node:util'],
      features: true,
    },
    sandbox: {
      folders: [],
      packages: [
        ...['@peculiar/x509', 'jose', 'temporal-polyfill', 'yaml', 'zod'],
        ...['crypto', 'fs', 'http', 'https', 'module', 'net', 'path', 'timers', 'url', 'util'].map((n) => `node:${n}`),
      ],
    },
  },
};

const root = fileURLToPath(new URL('../', import.meta.url));

function sourceTree(): Tree {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.replaceAll('\\', '/')}`);
  return new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

const tree = sourceTree();

describe('the arrows of src', () => {
  test('all point where the design says', () => {
    expect(tree.size).toBeGreaterThan(100);
    expect(brokenArrows(tree, rules)).toEqual([]);
  });

  test('between features are exactly those of the table', () => {
    expect(featureEdges(tree, rules)).toEqual(edges.toSorted());
  });
});

describe('a broken arrow is found:', () => {
  const small: readonly (readonly [path: string, text: string])[] = [
    ['src/core/target.ts', 'export const a = 1;'],
    ['src/language/parse.ts', "import { Temporal } from 'temporal-polyfill'; export const b = Temporal;"],
    ['src/ports/x.ts', "import type { T } from '../core/target.ts'; export type P = T;"],
    ['src/watch/settle.ts', "import { a } from '../core/target.ts'; export const settle = a;"],
    ['src/approve/rule.ts', "import { settle } from '../watch/settle.ts'; export const rule = settle;"],
    ['src/status/status.ts', "import { b } from '../language/parse.ts'; export const status = b;"],
    ['src/cards/render.ts', 'export type Rendered = string; export const render = 1;'],
    ['src/teams/bot.ts', "import type { Rendered } from '../cards/render.ts'; import * as b from 'botbuilder';"],
    ['src/graph/client.ts', "import { Client } from '@microsoft/microsoft-graph-client';"],
    ['src/identity/tokens.ts', "import { ClientSecretCredential } from '@azure/identity';"],
    ['src/store/open.ts', "import { Kysely } from 'kysely'; import { DatabaseSync } from 'node:sqlite';"],
    ['src/audit/ledger.ts', "import { createHash } from 'node:crypto'; export const h = new Date(0);"],
    ['src/sandbox/main.ts', "import { randomUUID } from 'node:crypto'; export const now = Date.now();"],
    ['src/app.ts', "import { rule } from './approve/rule.ts';"],
    ['src/main.ts', "import './app.ts'; import './teams/bot.ts'; export const e = process.env;"],
  ];

  test('none in a small sound tree', () => {
    expect(brokenArrows(new Map(small), rules)).toEqual([]);
  });

  test.each([
    ['core -> a feature', 'src/core/x.ts', "import '../watch/settle.ts';", 'core/x.ts -> watch/settle.ts'],
    ['core -> ports', 'src/core/x.ts', "import type { P } from '../ports/x.ts';", 'core/x.ts -> ports/x.ts'],
    ['core -> a package', 'src/core/x.ts', "import { z } from 'zod';", 'core/x.ts -> zod'],
    ['core -> Node', 'src/core/x.ts', "import { hash } from 'node:crypto';", 'core/x.ts -> node:crypto'],
    [
      'language -> ports',
      'src/language/x.ts',
      "import type { P } from '../ports/x.ts';",
      'language/x.ts -> ports/x.ts',
    ],
    ['language -> a package', 'src/language/x.ts', "import 'luxon';", 'language/x.ts -> luxon'],
    [
      'ports -> an adapter',
      'src/ports/x.ts',
      "import type { R } from '../cards/render.ts';",
      'ports/x.ts -> cards/render.ts',
    ],
    ['feature -> adapter', 'src/help/x.ts', "import '../graph/client.ts';", 'help/x.ts -> graph/client.ts'],
    ['feature -> cards', 'src/help/x.ts', "import '../cards/render.ts';", 'help/x.ts -> cards/render.ts'],
    ['feature -> feature', 'src/help/x.ts', "import '../watch/settle.ts';", 'help/x.ts -> watch/settle.ts'],
    [
      'feature -> another file of one',
      'src/watch/x.ts',
      "import '../approve/rule.ts';",
      'watch/x.ts -> approve/rule.ts',
    ],
    ['feature -> a package', 'src/help/x.ts', "import 'zod';", 'help/x.ts -> zod'],
    ['feature -> app', 'src/help/x.ts', "import '../app.ts';", 'help/x.ts -> app.ts'],
    ['adapter -> feature', 'src/store/x.ts', "import '../watch/settle.ts';", 'store/x.ts -> watch/settle.ts'],
    ['adapter -> adapter', 'src/graph/x.ts', "import '../identity/tokens.ts';", 'graph/x.ts -> identity/tokens.ts'],
    ['adapter -> language', 'src/audit/x.ts', "import '../language/parse.ts';", 'audit/x.ts -> language/parse.ts'],
    ['adapter -> config', 'src/graph/x.ts', "import '../config.ts';", 'graph/x.ts -> config.ts is no file'],
    [
      'teams -> more of cards than types',
      'src/teams/x.ts',
      "import { render } from '../cards/render.ts';",
      'teams/x.ts -> cards/render.ts is more than a type',
    ],
    ['cards -> teams', 'src/cards/x.ts', "import type { B } from '../teams/bot.ts';", 'cards/x.ts -> teams/bot.ts'],
    ['sandbox -> core', 'src/sandbox/x.ts', "import '../core/target.ts';", 'sandbox/x.ts -> core/target.ts'],
    ['main -> sandbox', 'src/main.ts', "import './sandbox/main.ts';", 'main.ts -> sandbox/main.ts'],
    ['store -> sandbox', 'src/store/x.ts', "import '../sandbox/main.ts';", 'store/x.ts -> sandbox/main.ts'],
    ['app -> an adapter', 'src/app.ts', "import './store/open.ts';", 'app.ts -> store/open.ts'],
    ['Bot SDK outside teams', 'src/cards/x.ts', "import 'botbuilder';", 'cards/x.ts -> botbuilder'],
    [
      'a part of it',
      'src/app.ts',
      "import 'botframework-connector/lib/a.js';",
      'app.ts -> botframework-connector/lib/a.js',
    ],
    [
      'teams-ai',
      'src/approve/x.ts',
      "import '@microsoft/teams-ai/lib/A.js';",
      'approve/x.ts -> @microsoft/teams-ai/lib/A.js',
    ],
    ['restify', 'src/identity/x.ts', "import type { R } from 'restify';", 'identity/x.ts -> restify'],
    [
      'Graph client outside graph',
      'src/teams/x.ts',
      "import { Client } from '@microsoft/microsoft-graph-client';",
      'teams/x.ts -> @microsoft/microsoft-graph-client',
    ],
    ['Azure outside identity', 'src/graph/x.ts', "import '@azure/msal-node';", 'graph/x.ts -> @azure/msal-node'],
    ['SQL outside store', 'src/audit/x.ts', "import { DatabaseSync } from 'node:sqlite';", 'audit/x.ts -> node:sqlite'],
    ['kysely', 'src/sandbox/x.ts', "import 'kysely/migration';", 'sandbox/x.ts -> kysely/migration'],
    ['pg', 'src/main.ts', "import { Pool } from 'pg';", 'main.ts -> pg'],
    ['a re-export', 'src/core/x.ts', "export * from '../watch/settle.ts';", 'core/x.ts -> watch/settle.ts'],
    ['a dynamic import', 'src/core/x.ts', "await import('../watch/settle.ts');", 'core/x.ts -> watch/settle.ts'],
    ['an import in a type', 'src/core/x.ts', "type A = import('../ports/x.ts').P;", 'core/x.ts -> ports/x.ts'],
    ['a computed import', 'src/core/x.ts', 'await import(name);', 'core/x.ts -> name'],
    ['require', 'src/core/x.ts', "require('fs');", 'core/x.ts -> fs'],
    ['a folder nobody named -> a package', 'src/extra/x.ts', "import 'zod';", 'extra/x.ts -> zod'],
    ['a folder nobody named -> a feature', 'src/x/x.ts', "import '../watch/settle.ts';", 'x/x.ts -> watch/settle.ts'],
    ['a file nobody named -> an adapter', 'src/x.ts', "import './store/open.ts';", 'x.ts -> store/open.ts'],
    ['adapter -> a file nobody named', 'src/store/x.ts', "import '../app.ts';", 'store/x.ts -> app.ts'],
    ['the environment', 'src/config.ts', 'const a = process.env;', 'config.ts reads process.env'],
    ['the environment, quoted', 'src/help/x.ts', "const a = process['env'];", 'help/x.ts reads process.env'],
    ['the environment, taken apart', 'src/help/x.ts', 'const { env } = process;', 'help/x.ts reads process.env'],
    ['the clock', 'src/core/x.ts', 'const a = Date.now();', 'core/x.ts reads Date.now'],
    ['the clock as a function', 'src/core/x.ts', 'const a = Date.now;', 'core/x.ts reads Date.now'],
    ['a date of now', 'src/core/x.ts', 'const a = new Date();', 'core/x.ts reads new Date()'],
    ['the clock of Temporal', 'src/core/x.ts', 'Temporal.Now.instant();', 'core/x.ts reads Temporal.Now'],
    ['chance', 'src/core/x.ts', 'const a = Math.random();', 'core/x.ts reads Math.random'],
    ['an id', 'src/audit/x.ts', "import { randomUUID } from 'node:crypto';", 'audit/x.ts reads randomUUID'],
    ['an id of the global', 'src/audit/x.ts', 'globalThis.crypto.randomUUID();', 'audit/x.ts reads crypto.randomUUID'],
    [
      'random bytes',
      'src/identity/x.ts',
      "import { randomBytes as r } from 'node:crypto';",
      'identity/x.ts reads randomBytes',
    ],
  ])('%s', (_what, path, text, complaint) => {
    const broken = new Map([...small, [path, text] as const]);
    expect(brokenArrows(broken, rules)).toEqual([complaint]);
  });

  test('an edge between features that nothing uses any more', () => {
    const unused = new Map(small.filter(([path]) => path !== 'src/approve/rule.ts'));
    expect(featureEdges(new Map(small), rules)).toEqual(['approve -> watch/settle.ts']);
    expect(featureEdges(unused, rules)).toEqual([]);
  });
});

describe('the app’s own token', () => {
  const client = tree.get('src/graph/client.ts') ?? '';

  test('has no way to write: its client reads, alone or many at once', () => {
    expect(membersOf(client, 'AppGraph')).toEqual(['get', 'batch']);
    expect(appMethods(client)).toEqual(['GET', 'POST /$batch']);
  });

  test('reads many at once in one place, and that place sends reads only', () => {
    const graph = [...tree].filter(([path]) => path.startsWith('src/graph/'));
    const senders = graph.filter(([, text]) => /\bbatch\(\{|\.batch\(/.test(text)).map(([path]) => path);
    expect(senders).toEqual(['src/graph/batch.ts']);
    expect(methodsIn(tree.get('src/graph/batch.ts') ?? '')).toEqual(['GET']);
  });

  test('would be seen to write', () => {
    const writing = client
      .replace('type AppGraph = {', 'type AppGraph = { readonly post: () => void;')
      .replace("asApp({ method: 'GET', path })", "asApp({ method: 'PATCH', path })");
    expect(membersOf(writing, 'AppGraph')).toEqual(['post', 'get', 'batch']);
    expect(appMethods(writing)).toEqual(['PATCH', 'POST /$batch']);
  });
});

function membersOf(text: string, type: string): readonly string[] {
  const found: string[] = [];
  walk(ts.createSourceFile('client.ts', text, ts.ScriptTarget.Latest, true), (node) => {
    if (!ts.isTypeAliasDeclaration(node) || node.name.text !== type || !ts.isTypeLiteralNode(node.type)) return;
    found.push(...node.type.members.map((member) => member.name?.getText() ?? ''));
  });
  return found;
}

/** Method, and path where it is fixed, of every call that carries the app's token. */
function appMethods(text: string): readonly string[] {
  const found: string[] = [];
  walk(ts.createSourceFile('client.ts', text, ts.ScriptTarget.Latest, true), (node) => {
    if (!ts.isCallExpression(node) || node.expression.getText() !== 'asApp') return;
    const source = node.arguments[0]?.getText() ?? '';
    const path = /path: '([^']+)'/.exec(source)?.[1];
    found.push([...methodsIn(source), ...(path === undefined ? [] : [path])].join(' '));
  });
  return found;
}

function methodsIn(text: string): readonly string[] {
  return [...text.matchAll(/method: '(\w+)'/g)].map(([, method = '']) => method);
}
