import type { Activation } from '../core/activation.ts';
import { notice } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { Place } from '../core/place.ts';
import type { Delivery, Reader } from '../ports/chat.ts';
import type { CardReader, Job, LeasedJob } from '../ports/job.ts';
import type { Parked, ParkedBody } from '../ports/parked.ts';
import type { Ports } from '../ports/ports.ts';

export type KeepTrying = Extract<Job, { kind: 'keepTrying' }>;

/** What a job does that is more than a message: going on after a sign-in, ending when PIM allows it, and asking again when it has ended. */
export type Work = {
  readonly resume: (parkedId: string) => Promise<void>;
  readonly end: (activationId: string) => Promise<void>;
  /** How long to wait before it is worth another look; null when there is nothing more to do. */
  readonly renew: (parkedId: string) => Promise<number | null>;
  /** Looks whether PIM answers again; if not, once more later. */
  readonly keepTrying: (job: KeepTrying) => Promise<void>;
  /** Should Teams not sign the person in by itself, the card gets its link. */
  readonly linkLater: (parkedId: string) => Promise<void>;
  /** Nothing can be sent to this reader any more; place null: nobody knows where they are. */
  readonly unreachable: (job: Job, place: Place | null) => Promise<void>;
};

/** How a job went; a reader who is gone with the place where they were. */
export type Outcome = Delivery | { readonly kind: 'gone'; readonly why: string; readonly place: Place | null };

const nothing: Delivery = { kind: 'delivered', activityId: null };

/** Does one job, once. A message that may have arrived before says so when it comes again. */
export async function run(ports: Ports, work: Work, { job, doubt }: LeasedJob): Promise<Outcome> {
  switch (job.kind) {
    case 'card':
      return card(ports, job.activationId, job.reader, doubt);
    case 'notice':
      return send(ports, job.to, job.message, await readerOf(ports, job.to, job.oid, job.zone), doubt);
    case 'signInCard':
      return signInCard(ports, work, job, doubt);
    case 'end':
      await work.end(job.activationId);
      return nothing;
    case 'renew':
      return renewed(await work.renew(job.parkedId));
    case 'keepTrying':
      await work.keepTrying(job);
      return nothing;
    case 'resume':
      await work.resume(job.parkedId);
      return nothing;
  }
}

function renewed(afterMs: number | null): Delivery {
  return afterMs === null ? nothing : { kind: 'retry', afterMs, why: 'the running activation has not ended' };
}

/** Shows the activation as it is now, so a job that is late or runs twice still ends with the truth. */
async function card(ports: Ports, activationId: string, reader: CardReader, doubt: boolean): Promise<Outcome> {
  const single = await ports.store.activation(activationId);
  const batch = single ? [] : await ports.store.activationsOfBatch(activationId);
  const activation = single ?? batch[0];
  if (!activation) return nothing;
  const existing = await ports.store.card(activationId, reader);
  const place = existing?.place ?? (await placeOf(ports, activation, reader));
  if (!place) return { kind: 'gone', why: 'no conversation is known for this reader', place };
  const message: Message = single
    ? await messageFor(ports, single, reader)
    : { kind: 'batch', id: activationId, activations: batch };
  const eyes = await readerOf(ports, place, oidOf(activation, reader));
  if (existing?.activityId != null) {
    const updated = await ports.chat.update(place, existing.activityId, message, eyes);
    // A message that is gone is sent anew.
    if (updated.kind !== 'gone') return updated;
  }
  if (reader.kind === 'channel') {
    const outsiders = await ports.chat.outsiders(place);
    if (outsiders === 'some') return { kind: 'refused', why: 'people from outside read the channel' };
    if (outsiders === 'gone')
      return { kind: 'gone', why: 'the channel is no more, or no longer open to this bot', place };
    if (outsiders === 'unknown') return { kind: 'retry', afterMs: 1_000, why: 'who reads the channel is unknown' };
  }
  const sent = await send(ports, place, message, eyes, doubt);
  if (sent.kind === 'delivered')
    await ports.store.saveCard(activationId, reader, { place, activityId: sent.activityId });
  return sent;
}

async function send(ports: Ports, to: Place, message: Message, reader: Reader, again: boolean): Promise<Outcome> {
  const sent = await ports.chat.send(to, message, reader, again);
  return sent.kind === 'gone' ? { ...sent, place: to } : sent;
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
async function readerOf(ports: Ports, place: Place, oid: string | null, theirs?: string): Promise<Reader> {
  const zone = ports.settings.defaultTimeZone;
  if (oid === null || place.kind !== 'personal') return { oid: null, zone };
  if (theirs !== undefined) return { oid, zone: theirs };
  const known = await ports.store.knownPerson({ tid: place.tid, oid });
  return { oid, zone: known?.zone ?? zone };
}

async function signInCard(
  ports: Ports,
  work: Work,
  { parkedId, state }: Extract<Job, { kind: 'signInCard' }>,
  doubt: boolean,
): Promise<Outcome> {
  const parked = await ports.store.parked(parkedId);
  if (!parked) return nothing;
  const existing = await ports.store.parkedCard(parkedId);
  const reader = await readerOf(ports, parked.place, parked.person.oid);
  const going = goingOf(parked);
  const claims = parked.check?.claims ?? null;
  const isOpen = state === 'open' || state === 'link';
  const isAgain = state === 'link' || existing !== null;
  // What was answered meanwhile is not asked once more.
  if (isOpen && isAgain && !(await isWaiting(ports, parked))) return nothing;
  const url = isOpen ? await ports.signIn.link(parked.person, parkedId, claims) : null;
  const asked = { kind: 'signIn', url, state: isOpen ? 'open' : state, going } as const;
  const isSilent = state === 'open' && ports.signIn.silent && claims === null && parked.place.kind === 'personal';
  const message: Message =
    parked.body.kind === 'outage'
      ? afterOutage(state === 'done', parked.body.going)
      : {
          ...asked,
          stepUpFor: await checkedFor(ports, parked),
          ...(isSilent ? { exchange: parkedId } : {}),
        };
  // A client that knows nothing of it leaves a card that only says so: the link follows.
  if (isSilent) await work.linkLater(parkedId);
  if (existing?.activityId != null) {
    const updated = await ports.chat.update(existing.place, existing.activityId, message, reader);
    if (updated.kind !== 'gone') return updated;
  }
  if (!isOpen) return nothing;
  const sent = await send(ports, parked.place, message, reader, doubt);
  if (sent.kind === 'delivered')
    await ports.store.saveParkedCard(parkedId, { place: parked.place, activityId: sent.activityId });
  return sent;
}

async function isWaiting(ports: Ports, { id, person }: Parked): Promise<boolean> {
  return (await ports.store.parkedFor(person, ports.clock.wall())).some((one) => one.id === id);
}

/** What one check is for: everything of the person that waits for the same goes on with it. */
async function checkedFor(ports: Ports, { check, person }: Parked): Promise<string | null> {
  if (check === undefined) return null;
  const waiting = await ports.store.parkedFor(person, ports.clock.wall());
  const names = waiting.flatMap((one) => (one.check?.claims === check.claims ? [one.check.targetName] : []));
  const others = new Set(names.filter((name) => name !== check.targetName)).size;
  return others === 0 ? check.targetName : `${check.targetName} and ${others} more`;
}

/** The card that said what I keep trying, when I do not any more. */
function afterOutage(isBack: boolean, going: Extract<ParkedBody, { kind: 'outage' }>['going']): Message {
  if (!isBack) return notice('■', 'PIM did not answer for an hour, so I let it go.', 'Nothing was asked of PIM.');
  const what = going.kind === 'wish' ? `activate ${going.targetName}` : going.text;
  return notice('✓', 'PIM answers again.', `Going on with: “${what}”`);
}

/** What goes on by itself after the sign-in, as the person said it or could have. */
function goingOf({ body, check }: Parked): string | null {
  if (check !== undefined) return null;
  if (body.kind === 'wish' || body.kind === 'stepUp') return `activate ${body.targetName}`;
  return body.kind === 'sentence' && body.text !== '' ? body.text : null;
}
