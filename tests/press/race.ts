import { expect } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { press } from '../../src/clicks.ts';
import type { Clicked } from '../../src/clicks.ts';
import type { Activation } from '../../src/core/activation.ts';
import { createOutbox } from '../../src/deliver/deliver.ts';
import type { Actor } from '../../src/ports/incoming.ts';
import type { Ports } from '../../src/ports/ports.ts';
import type { Store } from '../../src/ports/store.ts';
import { watch } from '../../src/watch/watch.ts';
import { chatOf, person, tid } from './desk.ts';
import type { Desk } from './desk.ts';

const approvers = Array.from({ length: 8 }, (_, index) => person(`Approver ${index + 1}`));
const stranger = person('Stranger');
const channel = { ...chatOf(stranger), kind: 'channel' as const, conversationId: '19:ops@thread.tacv2' };

type Press = { readonly who: number; readonly verb: 'approve' | 'deny' };
const own = 8;
const foreign = 9;

/** Fifty presses: of the approvers most, of the requester and of a stranger some. */
export const fifty = fc.array(
  fc.record({ who: fc.nat(9), verb: fc.constantFrom('approve' as const, 'deny' as const) }),
  {
    minLength: 50,
    maxLength: 50,
  },
);

export async function announced(store: Store): Promise<void> {
  const route = { place: channel, targets: null, showJustification: false, by: { tid, oid: stranger.oid }, at: 0 };
  await store.commit([{ kind: 'route', route }]);
}

/** Calls of the database and of PIM that come back in whatever order the scheduler says. */
export function scheduled(ports: Ports, later: <T>(call: () => Promise<T>) => Promise<T>): Ports {
  const { store, pim } = ports;
  return {
    ...ports,
    store: {
      ...store,
      activation: (id) => later(() => store.activation(id)),
      commit: (changes) => later(() => store.commit(changes)),
    },
    pim: {
      ...pim,
      stage: (who, id) => later(() => pim.stage(who, id)),
      rule: (...all) => later(() => pim.rule(...all)),
      read: (all) => later(() => pim.read(all)),
    },
  };
}

/** Presses all at once, while the watch reads PIM as well, and holds what has to be true of any race. */
export async function race(
  desk: Desk,
  presses: readonly Press[],
  run: (ports: Ports) => Ports,
  wait: <T>(all: Promise<T>) => Promise<T> = (all) => all,
  alsoOn: Desk = desk,
): Promise<void> {
  desk.now += 60_000;
  alsoOn.now = desk.now;
  const activation = await desk.request(approvers);
  const requester = { ...activation.person, name: activation.personName, zone: null };
  const before = desk.model.writes.length;
  const asked = desk.model.calls.length;
  const actors = [...approvers, requester, stranger];
  const replicas = [run(desk.ports), run({ ...alsoOn.ports, pim: desk.ports.pim })];
  const all = presses.map(async ({ who, verb }, index) => {
    const actor = actors[who] ?? stranger;
    const click = { actor, place: chatOf(actor), verb, id: activation.id, inputs: { justification: `by ${who}` } };
    return { who, clicked: await press(replicas[index % 2] ?? desk.ports, click) };
  });
  const [outcomes] = await wait(Promise.all([Promise.all(all), watch(replicas[0] ?? desk.ports)]));

  const writes = desk.model.writes.slice(before);
  expect(writes).toHaveLength(1);
  // Not even a second try: PIM's own refusal of it is not what this rests on.
  expect(desk.model.calls.slice(asked).filter((call) => call === 'rule')).toHaveLength(1);
  const winner = approvers.find(({ oid }) => oid === writes[0]?.by);
  for (const { who, clicked } of outcomes) holds(clicked, actors[who] ?? stranger, who, winner);

  const sentBefore = desk.sent.length;
  await settleDown(desk, activation);
  const after = await desk.ports.store.activation(activation.id);
  const approved = writes[0]?.verdict === 'approve';
  expect([after?.phase, after?.ruling?.by?.oid, after?.step]).toEqual([
    approved ? 'active' : 'denied',
    winner?.oid,
    null,
  ]);
  const told = desk.sent.slice(sentBefore);
  expect(told.filter(({ to }) => to.kind === 'channel')).toHaveLength(approved ? 1 : 0);
  const notices = told.filter(({ to, message }) => to.kind === 'personal' && message.kind === 'notice');
  expect(notices).toHaveLength(1);
  expect(JSON.stringify(notices[0]?.message)).toContain(`by ${winner?.name ?? '?'}`);
  if (after) await putAway(desk, after);
}

/** So that the next race does not read it any more. */
async function putAway(desk: Desk, { version, ...activation }: Activation): Promise<void> {
  const over = { ...activation, phase: 'ended' as const, readAt: null, version: version + 1 };
  await desk.ports.store.commit([{ kind: 'activation', activation: over }]);
}

/** The watch reads PIM until it is decided there, and what is due is sent. */
async function settleDown(desk: Desk, { id }: Activation): Promise<void> {
  desk.now += 1_000;
  const stored = await desk.ports.store.activation(id);
  if (stored && (stored.readAt ?? Infinity) > desk.now) desk.now = stored.readAt ?? desk.now;
  await watch(desk.ports);
  const nothing = () => Promise.reject(new Error('nobody asked for it'));
  // The approvers have no chat; what is drawn late for them must not stay, and take the tenant's pace from what is told.
  const unreachable = () => Promise.resolve();
  await createOutbox(
    desk.ports,
    { resume: nothing, end: nothing, renew: nothing, keepTrying: nothing, linkLater: nothing, unreachable },
    'race',
  ).flush();
}

/** The winner sees the decision; everybody else who may know reads who was first, the rest learn nothing. */
function holds({ card, said }: Clicked, actor: Actor, who: number, winner: Actor | undefined): void {
  if (who === own) {
    expect([card, said]).toEqual([
      null,
      [expect.objectContaining({ what: expect.stringContaining('your own request') })],
    ]);
    return;
  }
  if (who === foreign) {
    expect([card, said]).toEqual([
      null,
      [expect.objectContaining({ what: expect.stringContaining('no such request') })],
    ]);
    return;
  }
  expect(said).toEqual([]);
  if (card?.kind !== 'approval') throw new Error(`a ${card?.kind ?? 'missing'} card for an approver`);
  const { activation, note } = card;
  const told = activation.ruling?.by?.oid ?? activation.step?.by.oid;
  expect(told).toBe(winner?.oid);
  if (note === null) return;
  const isWinner = actor.oid === winner?.oid;
  const words = isWinner
    ? ['Your decision is on its way to PIM.']
    : [`${winner?.name ?? '?'} is deciding; it is on its way to PIM.`, `${winner?.name ?? '?'} was first.`];
  expect(words).toContain(note);
}
