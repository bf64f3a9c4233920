import { verify } from '../../src/audit/ledger.ts';
import { isOver } from '../../src/core/activation.ts';
import type { Activation, Phase } from '../../src/core/activation.ts';
import type { Message } from '../../src/core/message.ts';
import { targetKey } from '../../src/core/target.ts';
import type { GraphCall } from '../../src/sandbox/graph/call.ts';
import type { Effect } from './cloud.ts';
import { channel } from './people.ts';
import type { Deed, People } from './people.ts';
import { time } from './time.ts';
import { unkeep } from '../../src/store/kept.ts';
import { activityShape } from '../../src/teams/activity.ts';
import { eventId } from '../../src/teams/incoming.ts';
import { saysSentAgain } from '../support/connector.ts';
import { ledgerKey } from './world.ts';
import type { World } from './world.ts';

/** The twelve things that hold whatever happens; what broke them, in words. */
export type Guard = {
  readonly broken: readonly string[];
  /** Between two events: what must never be seen, not even for a moment. */
  look(): Promise<void>;
  /** When everything has calmed down. */
  settle(people: People, isEnd: boolean): Promise<void>;
};

/** Somebody waits for it, so it is read at least this often. */
const roundMs = 5_000;

export function createGuard(world: World): Guard {
  const { cloud, connector } = world;
  const broken: string[] = [];
  const phases = new Map<string, Phase>();
  let looked = 0;

  const { rows } = world;
  const breaks = (what: string): void => {
    if (!broken.includes(what)) broken.push(what);
    world.told(`BROKEN: ${what}`);
  };
  const readActivations = async (): Promise<readonly Activation[]> =>
    (await rows('select body from activation')).map(({ body }) => unkeep<Activation>(String(body)));
  /** As the database was right before PIM carried the write out. */
  let activations: readonly Activation[] = [];
  let entries: readonly Entry[] = [];
  async function before(): Promise<void> {
    activations = await readActivations();
    entries = (await rows('select entry from ledger')).map(({ entry }) => JSON.parse(String(entry)) as Entry);
  }

  /** I2, I3: its ledger line is durable, of the same person, before PIM carries it out. */
  function announced(call: GraphCall, kind: Effect['kind']): void {
    const body = (call.body ?? {}) as Readonly<Record<string, unknown>>;
    const { oid } = call.token;
    const id = call.path.split('/')[5] ?? '';
    if (call.token.kind !== 'delegated') breaks(`I5: ${kind} with a token that is nobody's`);
    const request = cloud.world().requests.find((one) => one.id === id || one.approvalId === id);
    const isOf = ({ action, activationId, actor, target, detail }: Entry): boolean => {
      if (actor?.oid !== oid) return false;
      if (kind === 'order') return action === 'activation.order' && activationId === body['customData'];
      if (kind === 'cancel') return action === 'activation.cancel' && detail['requestId'] === id;
      if (kind === 'decide') return action.startsWith('approval.') && detail['requestId'] === request?.id;
      return action === 'activation.end' && (target ?? '').includes(String(body['groupId']));
    };
    if (!entries.some(isOf)) breaks(`I2, I3: ${kind} without a ledger line of ${oid} before it`);
    const whose = kind === 'order' || kind === 'end' ? body['principalId'] : request?.principalId;
    if (kind === 'decide' && whose === oid) breaks(`I4: ${oid} decided on their own request`);
    if (kind !== 'decide' && whose !== oid) breaks(`I5: ${kind} for ${String(whose)} with the token of ${oid}`);
    const earlier = cloud.writes.filter((write) => write.kind === kind && write.status < 300);
    if (kind === 'order' && earlier.some((write) => write.body['customData'] === body['customData'])) {
      breaks(`I1: ordered again although PIM has it: ${String(body['customData'])}`);
    }
    const stored = kind === 'cancel' ? activations.find(({ requestId }) => requestId === id) : undefined;
    if (stored?.step?.kind === 'cancel' && stored.ruling !== null && stored.ruling.at <= stored.step.at) {
      breaks(`I8: ${stored.id} is taken back after its decision was recorded`);
    }
    // Where PIM also tells what was before, only PIM knows that it has one; a second one must come to nothing there.
    const isKnown = world.lost.writes === 0;
    if (isKnown && kind !== 'order' && kind !== 'end' && earlier.some((write) => write.requestId === id)) {
      breaks(`I1: a second ${kind} of ${id}`);
    }
  }
  cloud.watch({ before, seen: announced });

  /** Rule 3: what is shown as active has been made so by PIM. */
  function isGranted(activation: Activation): boolean {
    const { requests, assignments } = cloud.world();
    const own = requests.find(({ customData }) => customData === activation.id);
    if (own?.status === 'Provisioned' || own?.status === 'Revoked') return true;
    const { target, person } = activation;
    if (target.kind !== 'group') return false;
    return [...assignments, ...requests.filter(({ status }) => status === 'Provisioned' || status === 'Revoked')].some(
      (one) => one.groupId === target.groupId && one.principalId === person.oid && one.accessId === target.access,
    );
  }

  function seen(message: Message): void {
    const told =
      message.kind === 'activation' || message.kind === 'announcement' || message.kind === 'approval'
        ? [message.activation]
        : message.kind === 'batch'
          ? message.activations
          : [];
    for (const activation of told) {
      if (message.kind === 'announcement' && activation.phase !== 'active' && activation.phase !== 'ended') {
        breaks(`I12: announced while ${activation.phase}: ${activation.id}`);
      }
      if (activation.phase === 'active' && !isGranted(activation)) {
        breaks(`I12: shown as active before PIM says so: ${activation.id}`);
      }
    }
  }

  async function look(): Promise<void> {
    for (const { message } of world.shown.slice(looked)) seen(message);
    looked = world.shown.length;
    for (const [id, times] of world.takenUp) if (times > 1) breaks(`I1: the event ${id} was taken up ${times} times`);
    for (const { id, phase } of await readActivations()) {
      const before = phases.get(id);
      if (before !== undefined && before !== phase && isOver(before))
        breaks(`I8: ${id} went from ${before} to ${phase}`);
      phases.set(id, phase);
    }
  }

  async function settle(people: People, isEnd: boolean): Promise<void> {
    await look();
    const all = await readActivations();
    checkView(all);
    // Until then one may wait for a sign-in, and one may be active.
    for (const { id, phase } of isEnd ? all : [])
      if (!isOver(phase)) breaks(`I12: ${id} is still ${phase} a day later`);
    if (isEnd) await checkAnnouncements();
    checkEffects();
    checkAuthors(all);
    checkRepeats();
    checkSecondAnswers(people);
    checkAnswers(people);
    const ledger = await world.store().ledger(0, 100_000);
    const verified = verify(ledger, ledgerKey);
    if (!verified.ok) breaks(`I9: the ledger breaks at ${verified.seq}: ${verified.why}`);
    const leak = world.logged.find((line) => /canary|eyJ[\w-]{8}/.test(line));
    if (leak !== undefined) breaks(`I10: in the log: ${leak.slice(0, 200)}`);
    const left = await rows("select id, due from job where id not like 'end:%' and id not like 'renew:%'");
    // An ambiguous message is sent again with ever longer waits, so until the end only what is overdue counts.
    // Due is by the clock of the programs, which may not be PIM's.
    const overdue = time.now() + world.skewMs - 60_000;
    const open = left.filter(({ due }) => isEnd || Number(due) < overdue);
    if (open.length > 0) breaks(`I11: the outbox did not empty: ${open.map(({ id }) => id).join(', ')}`);
    const unsettled = await rows('select id from event where settled = 0');
    if (unsettled.length > 0) breaks(`I7: nobody answered ${unsettled.map(({ id }) => id).join(', ')}`);
    if (world.wire.waiting().length > 0) breaks('I11: something still waits for the network');
  }

  /** I1: whatever was asked how often, PIM did it once. */
  function checkEffects(): void {
    const done = new Map<string, number>();
    for (const { kind, status, body, requestId } of cloud.writes) {
      if (status >= 300 || kind === 'end') continue;
      const key = kind === 'order' ? `order of ${String(body['customData'])}` : `${kind} of ${requestId}`;
      done.set(key, (done.get(key) ?? 0) + 1);
    }
    for (const [key, times] of done) if (times > 1) breaks(`I1: PIM did ${times} times: ${key}`);
  }

  /** I3: what PIM did for somebody is told as theirs, also where its answer was lost. */
  function checkAuthors(all: readonly Activation[]): void {
    const requests = cloud.world().requests;
    for (const { at, kind, status, oid, body, requestId } of cloud.writes) {
      if (status >= 300) continue;
      const request = requests.find(({ approvalId }) => approvalId === requestId);
      const id = kind === 'end' ? body['customData'] : kind === 'decide' ? request?.customData : null;
      const known = all.find((one) => one.id === id);
      if (!known || !isOver(known.phase) || known.restored) continue;
      const isEarly =
        kind === 'end' && known.phase === 'ended' && at < runsOut(known) - 120_000 - Math.abs(world.skewMs);
      if (isEarly && known.endedBy?.oid !== oid)
        breaks(`I3: ${known.id} was ended by ${oid}, and ${nameOf(known.endedBy)} is told`);
      if (kind === 'decide' && known.ruling?.by?.oid !== oid)
        breaks(`I3: ${known.id} was decided by ${oid}, and ${nameOf(known.ruling?.by)} is told`);
    }
  }

  /** By PIM's clock; what nobody has read for minutes after it may as well have run out. */
  function runsOut({ startsAt, wish: { length } }: Activation): number {
    return length.kind === 'until' ? length.at : (startsAt ?? 0) + length.minutes * 60_000;
  }

  function nameOf(person: { readonly oid: string } | null | undefined): string {
    return person?.oid ?? 'nobody';
  }

  /** I12: both ways. */
  function checkView(all: readonly Activation[]): void {
    const { assignments, requests } = cloud.world();
    for (const { id, phase, target, person } of all) {
      const runs =
        target.kind === 'group' &&
        assignments.some(
          (one) =>
            one.assignmentType === 'activated' &&
            one.groupId === target.groupId &&
            one.accessId === target.access &&
            one.principalId === person.oid,
        );
      if (phase === 'active' && !runs) breaks(`I12: ${id} is active here and not in PIM`);
      const request = requests.find(({ customData }) => customData === id);
      const ours = assignments.find(({ createdUsing }) => request !== undefined && createdUsing === request.id);
      // One round of reading later it has to be known.
      const isOurs = Date.parse(ours?.startDateTime ?? '') < time.now() - roundMs;
      if (isOurs && phase !== 'active') breaks(`I12: ${id} is active in PIM and ${phase} here`);
      if (request?.status === 'PendingApproval' && phase !== 'waiting')
        breaks(`I12: ${id} waits in PIM and is ${phase} here`);
    }
    const doubled = new Map<string, number>();
    for (const { person, target, phase } of all) {
      if (isOver(phase)) continue;
      const key = `${person.oid} ${targetKey(target)}`;
      doubled.set(key, (doubled.get(key) ?? 0) + 1);
    }
    for (const [key, times] of doubled) if (times > 1) breaks(`I1: ${times} open activations of ${key}`);
  }

  /** I6: once for certain, and no more often than sends were ambiguous. */
  async function checkAnnouncements(): Promise<void> {
    if (world.deaf.has(channel)) return;
    const wasActive = new Set(
      world.shown.flatMap(({ message }) =>
        // What was found running, made elsewhere, is not announced.
        message.kind === 'activation' && message.activation.phase === 'active' && message.activation.requestId !== null
          ? [message.activation.id]
          : [],
      ),
    );
    const cards = 'select activation_id from card where reader = $1 and activity_id is not null';
    const kept = new Set((await rows(cards, `channel:${channel}`)).map(({ activation_id: id }) => id));
    for (const id of wasActive) if (!kept.has(id)) breaks(`I6: ${id} was active and not announced`);
    const sent = connector.accepted.filter(
      ({ method, conversationId, activity }) =>
        method === 'POST' && conversationId === channel && JSON.stringify(activity).includes(' has '),
    ).length;
    const allowed = kept.size + (world.unclear.get(channel) ?? 0) + (world.met.get('F25') ?? 0) + world.deaths();
    if (sent > allowed) breaks(`I6: ${sent} announcements of ${kept.size} activations`);
  }

  /** I6: with machines that run on, nothing is sent again but what was unclear. */
  function checkRepeats(): void {
    if (world.deaths() > 0 || ['F25', 'F26', 'F27'].some((number) => world.met.has(number))) return;
    const repeated = connector.accepted.filter(saysSentAgain).length;
    const unclear = [...world.unclear.values()].reduce((sum, one) => sum + one, 0);
    if (repeated > unclear) breaks(`I6: ${repeated} messages were sent again, and ${unclear} were unclear`);
  }

  /** I1: what Teams delivers again is not taken up again; seen by the questions, which nothing else holds back. */
  function checkSecondAnswers({ deeds }: People): void {
    const asked = deeds.filter(({ activity }) => activity['text'] === 'help').length;
    const answers = connector.accepted.filter(
      ({ method, activity }) => method === 'POST' && JSON.stringify(activity).includes('What you can write'),
    ).length;
    const sends = [...world.unclear.values()].reduce((sum, one) => sum + one, 0);
    const cut = ['F25', 'F26', 'F27'].reduce((sum, number) => sum + (world.met.get(number) ?? 0), world.deaths());
    if (answers > asked + sends + cut) breaks(`I1: ${answers} answers to ${asked} questions`);
  }

  /** I7: whoever did something has heard of it. */
  function checkAnswers(people: People): void {
    for (const deed of people.deeds) {
      const chat = `a:${deed.oid}`;
      if (deed.answered || world.deaf.has(chat) || !isTaken(deed)) continue;
      const heard = [chat, channel].some((place) =>
        world.conversations.look(place).some(({ changed }) => changed >= deed.since),
      );
      if (!heard) breaks(`I7: no answer to what ${deed.oid} did: ${deed.what}`);
    }
  }

  /** A program that died before it had claimed the event knows nothing of it; whether Teams comes again is up to Teams. */
  function isTaken({ activity, takers }: Deed): boolean {
    return (
      world.claimed.has(eventId(activityShape.parse(activity))) ||
      takers.some(({ process, isOver }) => process.alive || isOver)
    );
  }

  return { broken, look, settle };
}

type Entry = {
  readonly at: number;
  readonly action: string;
  readonly activationId: string | null;
  readonly actor: { readonly oid: string } | null;
  readonly target: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
};
