import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { AppManifestUtils as Utils, TeamsManifest, TeamsManifestV1D25 } from '@microsoft/app-manifest';
import { fillTemplate } from '../../scripts/app-package.ts';
import { here, verbs } from '../../src/language/words.ts';

// Jest's own loader cannot require the package's ESM-only dependency; Node's can.
const nodeRequire = process.getBuiltinModule('node:module').createRequire(import.meta.url);
const { AppManifestUtils } = nodeRequire('@microsoft/app-manifest') as { readonly AppManifestUtils: typeof Utils };

const template = readFileSync(new URL('../../appPackage/manifest.json', import.meta.url), 'utf8');
const id = '6f1d9c55-5f0e-4f7a-9a58-2b4ad0c4be01';
const filled = fillTemplate(template, {
  TEAMS_APP_ID: id,
  MICROSOFT_APP_ID: id,
  GRAPH_CLIENT_ID: id,
  PUBLIC_HOST: 'jitney.contoso.com',
});
const manifest = JSON.parse(filled) as TeamsManifestV1D25.TeamsManifestV1D25;
const [bot] = manifest.bots ?? [];
const commandLists = bot?.commandLists ?? [];

describe('the schema', () => {
  test('accepts the filled manifest', async () => {
    expect(await AppManifestUtils.validateAgainstSchema(manifest)).toEqual([]);
  });

  test('is of the 1.2x line, and its path names the version of the manifest', () => {
    expect(manifest.manifestVersion).toMatch(/^1\.2\d$/);
    expect(manifest.$schema).toContain(`/v${manifest.manifestVersion}/`);
  });

  test("accepts the template's types as Microsoft's own reader sees them", async () => {
    const path = fileURLToPath(new URL('../../appPackage/manifest.json', import.meta.url));

    await expect(AppManifestUtils.readTeamsManifest(path)).resolves.toMatchObject({ manifestVersion: '1.25' });
  });

  test.each([
    ['an unknown field', { ...manifest, favouriteBus: 'amber' }],
    ['an id that is no GUID', { ...manifest, id: 'jitney' }],
    ['a fourth command list', { ...manifest, bots: [{ ...bot, commandLists: [...commandLists, ...commandLists] }] }],
  ])('refuses %s', async (_, broken) => {
    expect(await AppManifestUtils.validateAgainstSchema(broken as TeamsManifest)).not.toEqual([]);
  });
});

describe('the bot', () => {
  test('can be used in a personal chat, a team and a group chat', () => {
    expect([...(bot?.scopes ?? [])].sort()).toEqual(['groupChat', 'personal', 'team']);
  });

  test('offers one command list for each scope, within what Teams shows', () => {
    expect(commandLists.flatMap((list) => list.scopes).sort()).toEqual(['groupChat', 'personal', 'team']);
    for (const { commands } of commandLists) {
      expect(commands.length).toBeLessThanOrEqual(12);
      expect(commands.filter(({ title }) => title.length > 32)).toEqual([]);
      expect(commands.filter(({ description }) => description.length > 128)).toEqual([]);
      expect(new Set(commands.map(({ title }) => title)).size).toBe(commands.length);
    }
  });

  test('offers only commands that the language knows', () => {
    const known: readonly string[] = [...Object.values(verbs).flat(), `${verbs.announce[0]} ${here}`];
    const offered = commandLists.flatMap((list) => list.commands.map(({ title }) => title));

    expect(offered.filter((title) => !known.includes(title))).toEqual([]);
  });

  test('offers announcing only where a channel is', () => {
    const announcing = commandLists.filter((list) => list.commands.some(({ title }) => title === 'announce here'));

    expect(announcing.map((list) => list.scopes)).toEqual([['team']]);
  });
});

describe('the message extension', () => {
  const [extension, ...others] = manifest.composeExtensions ?? [];
  const commands = extension?.commands ?? [];

  test('belongs to the bot and has a search and a form', () => {
    expect(others).toEqual([]);
    expect(extension?.botId).toBe(bot?.botId);
    expect(commands.map((command) => [command.id, command.type, command.fetchTask ?? false])).toEqual([
      ['groups', 'query', false],
      ['activate', 'action', true],
    ]);
  });

  test('searches by the one parameter that the bot reads', () => {
    expect(commands.flatMap(({ parameters }) => parameters ?? []).map(({ name }) => name)).toEqual(['query']);
  });

  test('never opens on a message: what somebody else wrote is no part of an activation', () => {
    expect([...new Set(commands.flatMap(({ context }) => context ?? []))]).toEqual(['compose', 'commandBox']);
  });

  test('names exactly the commands that the bot routes', () => {
    const source = readFileSync(new URL('../../src/teams/compose.ts', import.meta.url), 'utf8');
    const routed = [...source.matchAll(/commandId: z\.literal\('(\w+)'\)/g)].map(([, id]) => id);

    expect(commands.map(({ id }) => id)).toEqual(routed);
  });
});

test('the app has the version of the program', () => {
  const program = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };

  expect(manifest.version).toBe(program.version);
});

test('asks for no permission inside teams or chats', () => {
  expect(manifest.authorization).toBeUndefined();
});
