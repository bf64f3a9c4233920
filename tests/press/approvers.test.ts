import { beforeEach, expect, test } from '@jest/globals';
import { ruleByText } from '../../src/approve/approvals.ts';
import { rule } from '../../src/approve/rule.ts';
import { press } from '../../src/clicks.ts';
import { shortId } from '../../src/core/activation.ts';
import type { Activation } from '../../src/core/activation.ts';
import type { Actor } from '../../src/ports/incoming.ts';
import { chatOf, createDesk, person } from './desk.ts';
import type { Desk } from './desk.ts';
import { quickStore } from './quick-store.ts';

/** Who may decide is what PIM says when it is asked, not what was true when the card was sent. */

const store = await quickStore();
let desk: Desk;
let megan: Actor;
let alex: Actor;
let request: Activation;
let round = 0;

beforeEach(async () => {
  round += 1;
  desk = createDesk(store);
  [megan, alex] = [person('Megan Bowen'), person('Alex Wilber')];
  request = await desk.request([megan], {
    id: `3333${String(round).padStart(4, '0')}-0000-4000-8000-000000000000`,
    approvalId: `x${round}`,
  });
});

const nobody = expect.objectContaining({ what: 'There is no such request waiting for you.' });
const named = ({ oid, name }: Actor) => ({ oid, name: name ?? '' });

test('who is no approver any more is refused by PIM, and nothing is written', async () => {
  desk.model.waits(request, [named(alex)]);
  const { message } = await rule(desk.ports, megan, chatOf(megan), request.id, 'approve', 'ok');
  expect(JSON.stringify(message)).toContain('PIM refused the right to do it');
  expect(desk.model.writes).toEqual([]);
});

test('who became an approver since decides, in words', async () => {
  desk.model.waits(request, [named(megan), named(alex)]);
  const said = await ruleByText(desk.ports, alex, chatOf(alex), shortId(request.id), 'approve', 'ok');
  expect(said).toMatchObject({ kind: 'notice', title: expect.stringContaining('Approved') });
  expect(desk.model.writes).toMatchObject([{ by: alex.oid, verdict: 'approve' }]);
});

test('a request of others and one that is not there are answered alike, to the letter', async () => {
  const [theirs, missing] = await Promise.all(
    [shortId(request.id), 'ffffffff'].map((id) => ruleByText(desk.ports, alex, chatOf(alex), id, 'approve', 'ok')),
  );
  expect(theirs).toEqual(nobody);
  expect(JSON.stringify(theirs)).toBe(JSON.stringify(missing));
  expect(desk.model.writes).toEqual([]);
});

test('whoever presses while another decides gets the card once more, after the answer to the press is there', async () => {
  const step = { kind: 'decide', by: named(megan), at: desk.now } as const;
  await store.commit([{ kind: 'activation', activation: { ...request, step, version: request.version + 1 } }]);
  const click = { actor: alex, place: chatOf(alex), verb: 'approve', id: request.id, inputs: {} } as const;
  desk.model.waits(request, [named(megan), named(alex)]);

  const { card } = await press(desk.ports, click);

  expect(card).toMatchObject({ kind: 'approval', note: 'Megan Bowen is deciding; it is on its way to PIM.' });
  // Whatever was due before is done by now, the update with the decision included.
  const atOnce = await store.leaseJobs(desk.now, 'one', 100, 1_000);
  await store.finishJobs(atOnce);
  const later = await store.leaseJobs(desk.now + 2_000, 'one', 100, 1_000);
  const reader = { kind: 'approver', oid: alex.oid };
  expect(later.map(({ job }) => job)).toContainEqual({ kind: 'card', activationId: request.id, reader, late: true });
});

test('one’s own request stays one’s own, also where PIM names one as its approver', async () => {
  const own = { ...request.person, name: request.personName, zone: null };
  desk.model.waits(request, [named(own)]);
  const said = await ruleByText(desk.ports, own, chatOf(own), shortId(request.id), 'approve', 'ok');
  expect(said).toMatchObject({ what: expect.stringContaining('your own request') });
  expect(desk.model.calls).toEqual([]);
});
