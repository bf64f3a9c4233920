import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TeamsPerson } from '../support/teams-client.ts';
import { pause, startWorld } from './world.ts';
import type { World } from './world.ts';

/** Rooms that are to hear nothing (ROOM_ANSWERS=none). */

let world: World;
let adele: TeamsPerson;

beforeAll(async () => {
  world = await startWorld({ ROOM_ANSWERS: 'none' });
  [adele] = await world.arrived('Adele Vance');
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

function writtenIn(id: string): number {
  return world.teams.connector.accepted.filter(({ conversationId }) => conversationId === id).length;
}

describe.each(['channel', 'groupChat'] as const)('in a %s', (kind) => {
  test('what is asked is answered in the own chat, and the room hears nothing', async () => {
    const room = world.teams[kind];
    const said = await adele.say('list sql', { in: room });
    await said.reply(/1 group for “sql”/);
    const edited = await adele.edit(said, 'activate Azure Readers for 1h');
    await edited.reply(/I saw the edit and did nothing/);
    await pause(400);
    expect(writtenIn(room.id)).toBe(0);
    expect(await world.writes()).toEqual([]);
  });

  test('somebody with no chat of their own is told in the room, for else nobody would tell them', async () => {
    const room = world.teams[kind];
    const johanna = world.person('Johanna Lorenz');
    await (await johanna.say('list', { in: room })).reply(/Open a chat with me/, { in: room });
    expect(writtenIn(room.id)).toBe(1);
  });
});

test('what is about the room itself is answered there', async () => {
  const room = world.teams.channel;
  await (await adele.say('announce here', { in: room })).reply(/announced here from now on/, { in: room });
});
