import type { Activation } from '../core/activation.ts';
import type { Message } from '../core/message.ts';
import type { Place } from '../core/place.ts';
import type { CardReader, Delivery, Job, LeasedJob, Parked, Ports, Reader } from '../ports.ts';

const leaseMs = 30_000;
const batch = 20;
/** After this many failures a delivery is given up and logged as an alarm. */
const mostTries = 12;
/** A card twice is better than none: somebody decides on it. The connector knows no repeated message. */
const unclearTries = 3;

/** What a job does that is more than a message: going on after a sign-in, ending when PIM allows it, and asking again when it has ended. */
export type Work = {
  readonly resume: (parked: Parked) => Promise<void>;
  readonly end: (activationId: string) => Promise<void>;
  /** How long to wait before it is worth another look; null when there is nothing more to do. */
  readonly renew: (parkedId: string) => Promise<number | null>;
};

/** Sends everything that is due. Returns how many jobs there were; the caller comes again while there are some. */
export async function deliver(ports: Ports, work: Work, worker: string): Promise<number> {
  const jobs = await ports.store.leaseJobs(ports.clock.now(), worker, batch, leaseMs);
  await Promise.all(jobs.map((leased) => deliverOne(ports, work, leased)));
  return jobs.length;
}

async function deliverOne(ports: Ports, work: Work, leased: LeasedJob): Promise<void> {
  try {
    const outcome = await run(ports, work, leased.job);
    if (outcome.kind === 'unclear' && leased.job.kind === 'card' && leased.tries < unclearTries) {
      await again(ports, leased, 1_000, outcome.why);
      return;
    }
    if (outcome.kind !== 'retry') {
      if (outcome.kind !== 'delivered')
        ports.log.warn('delivery.lost', { job: leased.id, kind: outcome.kind, why: outcome.why });
      await ports.store.finishJob(leased);
      return;
    }
    await again(ports, leased, outcome.afterMs, outcome.why);
  } catch (error) {
    ports.log.error('delivery.failed', { job: leased.id, error });
    await again(ports, leased, 1_000, 'an exception');
  }
}

async function again(ports: Ports, leased: LeasedJob, afterMs: number, why: string): Promise<void> {
  if (leased.tries >= mostTries) {
    ports.log.error('delivery.givenUp', { job: leased.id, tries: leased.tries, why });
    await ports.store.finishJob(leased);
    return;
  }
  const backOff = Math.max(afterMs, Math.min(1_000 * 2 ** leased.tries, 60_000));
  await ports.store.postponeJob(leased, ports.clock.now() + backOff);
}

const nothing: Delivery = { kind: 'delivered', activityId: null };

async function run(ports: Ports, work: Work, job: Job): Promise<Delivery> {
  switch (job.kind) {
    case 'card':
      return card(ports, job.activationId, job.reader);
    case 'notice':
      return ports.chat.send(job.to, job.message, await readerOf(ports, job.to, job.oid));
    case 'signInCard':
      return signInCard(ports, job.parkedId, job.state);
    case 'end':
      await work.end(job.activationId);
      return nothing;
    case 'renew':
      return renewed(await work.renew(job.parkedId));
    case 'resume':
      return goOn(ports, work, job.parkedId);
  }
}

function renewed(afterMs: number | null): Delivery {
  return afterMs === null ? nothing : { kind: 'retry', afterMs, why: 'the running activation has not ended' };
}

/** Shows the activation as it is now, so a job that is late or runs twice still ends with the truth. */
async function card(ports: Ports, activationId: string, reader: CardReader): Promise<Delivery> {
  const single = await ports.store.activation(activationId);
  const batch = single ? [] : await ports.store.activationsOfBatch(activationId);
  const activation = single ?? batch[0];
  if (!activation) return nothing;
  const existing = await ports.store.card(activationId, reader);
  const place = existing?.place ?? (await placeOf(ports, activation, reader));
  if (!place) return { kind: 'gone', why: 'no conversation is known for this reader' };
  const message: Message = single
    ? await messageFor(ports, single, reader)
    : { kind: 'batch', id: activationId, activations: batch };
  const eyes = await readerOf(ports, place, oidOf(activation, reader));
  if (existing?.activityId != null) {
    const updated = await ports.chat.update(place, existing.activityId, message, eyes);
    // An update can be repeated without harm; a message that is gone is sent anew.
    if (updated.kind === 'unclear') return { kind: 'retry', afterMs: 1_000, why: updated.why };
    if (updated.kind !== 'gone') return updated;
  }
  const sent = await ports.chat.send(place, message, eyes);
  if (sent.kind === 'delivered')
    await ports.store.saveCard(activationId, reader, { place, activityId: sent.activityId });
  return sent;
}

async function placeOf(ports: Ports, activation: Activation, reader: CardReader): Promise<Place | null> {
  switch (reader.kind) {
    case 'requester':
      return activation.place;
    case 'approver':
      return (await ports.store.knownPerson({ tid: activation.person.tid, oid: reader.oid }))?.place ?? null;
    case 'channel':
      return (await ports.store.route(reader.conversationId))?.place ?? null;
  }
}

async function messageFor(ports: Ports, activation: Activation, reader: CardReader): Promise<Message> {
  switch (reader.kind) {
    case 'requester':
      return { kind: 'activation', activation };
    case 'approver':
      return { kind: 'approval', activation, form: 'decide', note: null };
    case 'channel': {
      const route = await ports.store.route(reader.conversationId);
      return { kind: 'announcement', activation, showJustification: route?.showJustification ?? false };
    }
  }
}

function oidOf(activation: Activation, reader: CardReader): string | null {
  if (reader.kind === 'requester') return activation.person.oid;
  return reader.kind === 'approver' ? reader.oid : null;
}

/** A room has no buttons and the configured zone; a person has their own of both. */
async function readerOf(ports: Ports, place: Place, oid: string | null): Promise<Reader> {
  const zone = ports.settings.defaultTimeZone;
  if (oid === null || place.kind !== 'personal') return { oid: null, zone };
  const known = await ports.store.knownPerson({ tid: place.tid, oid });
  return { oid, zone: known?.zone ?? zone };
}

async function signInCard(ports: Ports, parkedId: string, state: 'open' | 'done' | 'expired'): Promise<Delivery> {
  const parked = await ports.store.parked(parkedId);
  if (!parked) return nothing;
  const existing = await ports.store.parkedCard(parkedId);
  const reader = await readerOf(ports, parked.place, parked.person.oid);
  const going = goingOf(parked.body);
  const stepUp = parked.body.kind === 'stepUp' ? parked.body : null;
  const url = state === 'open' ? await ports.signIn.link(parked.person, parkedId, stepUp?.claims ?? null) : null;
  const message: Message = {
    kind: 'signIn',
    url,
    state,
    going,
    stepUpFor: stepUp?.claims == null ? null : stepUp.targetName,
  };
  if (existing?.activityId != null) {
    const updated = await ports.chat.update(existing.place, existing.activityId, message, reader);
    return updated.kind === 'unclear' ? { kind: 'retry', afterMs: 1_000, why: updated.why } : updated;
  }
  if (state !== 'open') return nothing;
  const sent = await ports.chat.send(parked.place, message, reader);
  if (sent.kind === 'delivered')
    await ports.store.saveParkedCard(parkedId, { place: parked.place, activityId: sent.activityId });
  return sent;
}

/** What goes on by itself after the sign-in, as the person said it or could have. */
function goingOf(body: Parked['body']): string | null {
  if (body.kind === 'wish' || (body.kind === 'stepUp' && body.claims === null)) return `activate ${body.targetName}`;
  return body.kind === 'sentence' && body.text !== '' ? body.text : null;
}

/** Handed out once: what waited for the sign-in goes on, also when the sign-in page was opened twice. */
async function goOn(ports: Ports, work: Work, parkedId: string): Promise<Delivery> {
  const parked = await ports.store.parked(parkedId);
  const taken = parked ? await ports.store.takeParked(parkedId, parked.person, ports.clock.wall()) : null;
  if (taken) await work.resume(taken);
  return nothing;
}
