import { startWorld } from '../e2e/world.ts';
import { contosoWith } from '../support/contoso.ts';
import { must, residentMb, seconds } from './figures.ts';
import type { Figures } from './figures.ts';

const numbered = (at: number): string => String(at).padStart(5, '0');

/** One person who may activate so many groups: list, search and activate, over HTTP. */
export async function groups(count: number): Promise<Figures> {
  const made = Array.from(
    { length: count },
    (_, at) => `
  scale-${numbered(at)}:
    id: cccccccc-0000-4000-8000-0000000${numbered(at)}
    name: Scale Group ${numbered(at)}
    owners: [megan]
    eligible: [{ who: grady }]
`,
  );
  const world = await startWorld({}, contosoWith({ groups: made }));
  try {
    const grady = world.person('Grady Archie');
    await grady.arrive();
    const timed = async (sentence: string, answer: RegExp): Promise<number> => {
      const from = performance.now();
      await (await grady.say(sentence)).reply(answer);
      return seconds(from);
    };
    const cold = await timed('list', /You can activate \d+ groups/);
    const listed = grady.cards().map(({ text }) => Number(/You can activate (\d+) groups/.exec(text)?.[1] ?? 0));
    must(Math.max(...listed) >= count, `${Math.max(...listed)} of ${count} groups are listed`);
    const warm = await timed('list 00042', /1 group for “00042”/);
    const activate = await timed(
      'activate Scale Group 00042 for 1h because of scale',
      /Scale Group 00042\nActive until/,
    );
    const wrong = await timed('activate Scale Gruop 00041 for 1h because of scale', /Did you mean|No group/);
    return {
      groups: count,
      'seconds for list, nothing read before': cold,
      'seconds for a search': warm,
      'seconds until active': activate,
      'seconds for a name with a slip': wrong,
      'resident MB of the bot': residentMb(world.bot.pid),
    };
  } finally {
    await world.stop();
  }
}

/** A request that so many people may decide on: each has the card, one decides, and every card says so. */
export async function approvers(count: number): Promise<Figures> {
  const names = Array.from({ length: count }, (_, at) => `Approver ${numbered(at)}`);
  const people = names.map(
    (name, at) =>
      `  approver-${at}: { id: dddddddd-0000-4000-8000-0000000${numbered(at)}, name: ${name}, upn: ap${at}@contoso.onmicrosoft.com, jobTitle: Approver }\n`,
  );
  const group = `
  scale-approved:
    id: cccccccc-0000-4000-8000-000000099999
    name: Scale Approved
    owners: [megan]
    eligible: [{ who: adele }]
    policies:
      member: { maximumDuration: PT8H, approvers: { people: [${names.map((_, at) => `approver-${at}`).join(', ')}] } }
`;
  const world = await startWorld({}, contosoWith({ people, groups: [group] }));
  try {
    const adele = world.person('Adele Vance');
    const all = names.map((name) => world.person(name));
    await adele.arrive();
    await Promise.all(all.slice(1).map((one) => one.open()));
    await all[0]!.arrive();
    const from = performance.now();
    const said = await adele.say('activate Scale Approved for 1h because of scale');
    const cards = await Promise.all(all.map((one) => one.waitForCard(({ buttons }) => buttons.includes('Deny…'))));
    const asked = seconds(from);
    const before = performance.now();
    await all[0]!.press(cards[0]!, 'Approve', { justification: 'for scale' });
    await said.reply(/Scale Approved is active/);
    await Promise.all(
      all.map((one) => one.waitForCard(({ text }) => /Approved by|Adele Vance has Scale Approved/.test(text))),
    );
    const told = seconds(before);
    const open = all.flatMap((one) => one.cards().filter(({ text }) => text.includes('Scale Approved')));
    must(open.length === count, `${open.length} cards for ${count} approvers`);
    must((await world.writes()).join() === 'activate 201,decide 204', (await world.writes()).join());
    return { approvers: count, 'seconds until all were asked': asked, 'seconds until all were told': told };
  } finally {
    await world.stop();
  }
}
