import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Activation } from '../../src/core/activation.ts';
import type { Reading } from '../../src/core/observe.ts';
import type { Pim } from '../../src/ports/pim.ts';
import { activation as sample } from '../cards/samples.ts';
import { chatOf, createDesk, hour, person, quickFolder } from '../press/desk.ts';
import { open } from '../store/fixtures.ts';
import { heldMb, must, residentMb, seconds, settle } from './figures.ts';
import type { Figures } from './figures.ts';

const stepMs = 250;

/** So many activations of as many people that all end in the same second: each is told once, at the pace of Teams. */
export async function ends(count: number): Promise<Figures> {
  const folder = quickFolder();
  const store = await open(`sqlite:${join(folder, 'jitney.db')}`);
  const desk = createDesk(store);
  const end = desk.now + hour;
  const reading = ({ requestId, askedAt }: Activation): Reading => {
    const runs = { startsAt: askedAt, endsAt: end };
    const request = { requestId, approvalId: null, status: 'Provisioned', createdAt: askedAt };
    return { ...request, ...runs, instance: desk.now < end ? runs : null };
  };
  const read: Pim['read'] = (due) => Promise.resolve(new Map(due.map((one) => [one.id, reading(one)])));
  Object.assign(desk.ports, { pim: { ...desk.ports.pim, read } });
  for (let at = 0; at < count; at += 1) {
    const who = person();
    const activation = sample({
      ...{ id: desk.ports.ids.id(), version: 1, person: { tid: who.tid, oid: who.oid }, place: chatOf(who) },
      ...{ target: { kind: 'group', groupId: `group-${at}`, access: 'member' }, requestId: `r-${at}` },
      ...{ phase: 'active', askedAt: desk.now, startsAt: desk.now, endsAt: end, seenActive: true, approvers: [] },
      ...{ approvalId: null, deadline: null, readAt: end },
    });
    await store.commit([{ kind: 'newActivation', activation }]);
    await store.saveCard(activation.id, { kind: 'requester' }, { place: chatOf(who), activityId: `card-${at}` });
  }
  const before = residentMb();
  const heldBefore = await heldMb();
  const from = performance.now();
  desk.now = end;
  let fastest = 0;
  let lastSecond = 0;
  for (let step = 0; desk.sent.length < 2 * count || (await store.nextJobDue()) !== null; step += 1) {
    await desk.app.tick();
    await settle();
    desk.now += stepMs;
    if (step % (1_000 / stepMs) !== 0) continue;
    fastest = Math.max(fastest, desk.sent.length - lastSecond);
    lastSecond = desk.sent.length;
    must(desk.now < end + hour, `only ${desk.sent.length} of ${2 * count} messages in an hour`);
  }
  const told = new Map<string, number>();
  for (const { to, message } of desk.sent)
    told.set(`${to.conversationId} ${message.kind}`, (told.get(`${to.conversationId} ${message.kind}`) ?? 0) + 1);
  must(
    [...told.values()].every((times) => times === 1),
    'somebody was told twice',
  );
  must(told.size === 2 * count, `${2 * count - told.size} messages are missing`);
  must((await store.dueActivations(Infinity, 1)).length === 0, 'an activation is still open');
  // Cuts into seconds do not fall where the limit's do.
  desk.sent.length = 0;
  desk.logged.length = 0;
  told.clear();
  const held = await heldMb();
  must(held < heldBefore + 4, `${heldBefore} MB held became ${held}`);
  must(fastest <= 60, `${fastest} messages in one second`);
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return {
    activations: count,
    messages: 2 * count,
    'simulated seconds until the last was told': Math.round((desk.now - end) / 1000),
    'most messages in a second': fastest,
    seconds: seconds(from),
    'resident MB': `${before} before, ${residentMb()} after`,
    'MB held': `${heldBefore} before, ${held} after`,
  };
}
