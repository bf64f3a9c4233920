import type { Activation } from '../core/activation.ts';
import type { Finding } from '../core/finding.ts';
import { notice, problem } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import { sayMoment } from '../core/moment.ts';
import type { Moment } from '../core/moment.ts';
import type { Place } from '../core/place.ts';
import type { ParkedBody } from '../ports/parked.ts';
import { identityOf } from '../core/person.ts';
import { targetKey } from '../core/target.ts';
import { refusal } from '../core/refusal.ts';
import { nameKey } from '../language/names.ts';
import { parse } from '../language/parse.ts';
import type { Context } from '../language/parse.ts';
import { possibleNames } from '../language/possible-names.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Ports } from '../ports/ports.ts';

/** As many as one answer shows beside its last two lines. */
const mostLines = 10;

/** A person or a group, in the directory, by the exact name that was typed. */
type Subject = { readonly name: string; readonly oid: string | null; readonly groupId: string | null };

/**
 * `audit NAME`: the last activations of a group or a person, for auditors alone; without a name everybody's, and where PIM's
 * own audit differs. That it was asked stands in the ledger first.
 */
export async function audit(
  ports: Ports,
  actor: Actor,
  place: Place,
  text: string,
  context: Context,
): Promise<readonly Message[]> {
  const { auditorGroupId } = ports.settings;
  const isAuditor = auditorGroupId !== null && (await ports.directory.isMember(auditorGroupId, actor.oid));
  if (!isAuditor) return [onlyAuditors()];
  const possible = possibleNames(text, context);
  const subjects = await subjectsOf(ports, possible);
  const read = parse(text, { ...context, names: [...new Set(subjects.map(({ name }) => name))] });
  if (read.kind === 'problem') return [unknown(possible.toSorted((a, b) => b.length - a.length)[0] ?? read.words)];
  const typed = read.kind === 'audit' ? read.groups : [];
  const meant = subjects.filter(({ name }) => typed.includes(name));
  await recordReading(ports, actor, typed);
  const groups = meant.flatMap(({ groupId }) => (groupId === null ? [] : [groupId]));
  const about = {
    oids: meant.flatMap(({ oid }) => (oid === null ? [] : [oid])),
    targetKeys: groups.flatMap((groupId) =>
      (['member', 'owner'] as const).map((access) => targetKey({ kind: 'group', groupId, access })),
    ),
  };
  const found = await ports.store.history({ tid: actor.tid, ...about }, mostLines);
  const url = await exportLink(ports, actor, place, { kind: 'export', about: wordsFor(typed), ...about });
  const answer = activationsOf(ports, actor, typed, found, url);
  return typed.length > 0 ? [answer] : [answer, await findingsOf(ports, actor)];
}

async function subjectsOf(ports: Ports, typed: readonly string[]): Promise<readonly Subject[]> {
  const found = await Promise.all(
    typed.map(async (name) => {
      const [people, groups] = await Promise.all([
        ports.directory.peopleNamed(name),
        ports.directory.groupsNamed(name),
      ]);
      return [
        ...people.map((person): Subject => ({ name: person.name, oid: person.oid, groupId: null })),
        ...groups.map((group): Subject => ({ name: group.name, oid: null, groupId: group.id })),
      ].filter((one) => nameKey(one.name) === nameKey(name));
    }),
  );
  return found.flat();
}

function recordReading(ports: Ports, actor: Actor, names: readonly string[]): Promise<boolean> {
  const entry = {
    at: ports.clock.now(),
    actor: identityOf(actor),
    action: 'audit.read',
    activationId: null,
    target: null,
    detail: { about: wordsFor(names) },
  };
  return ports.store.commit([{ kind: 'audit', entry }]);
}

function wordsFor(names: readonly string[]): string {
  return names.length === 0 ? 'everything' : names.join(', ');
}

/** How long the export waits; in that time it is given out once, after a sign-in of this very auditor. */
const exportMs = 10 * 60_000;

async function exportLink(
  ports: Ports,
  actor: Actor,
  place: Place,
  body: Extract<ParkedBody, { kind: 'export' }>,
): Promise<string> {
  const id = ports.ids.id();
  const at = ports.clock.wall();
  const parked = { id, person: identityOf(actor), place, at, expiresAt: at + exportMs, body };
  await ports.store.commit([{ kind: 'park', parked }]);
  return ports.signIn.link(parked.person, id, null);
}

function activationsOf(
  ports: Ports,
  actor: Actor,
  names: readonly string[],
  found: readonly Activation[],
  url: string,
): Message {
  const about = names.length === 0 ? 'Everybody' : names.join(', ');
  const link = { url, title: 'Export as CSV' };
  const whole = 'The export is for you alone, works once, and waits ten minutes.';
  if (found.length === 0) return { ...notice('○', `${about}: no activation through Jitney`, whole), link };
  const zone = actor.zone ?? ports.settings.defaultTimeZone;
  const now = ports.clock.now();
  const lines = found.map((one) => sayRecord(one, zone, now));
  const answer = notice(
    '○',
    `${about}: the last ${found.length === 1 ? 'activation' : `${found.length} activations`}`,
    ...lines,
    `Times are those of ${zone}.`,
    whole,
  );
  return { ...answer, link };
}

/** "14:05 Adele Vance: Azure Admins as member, active until 16:05, approved by Megan Bowen" */
export function sayRecord(activation: Activation, zone: string, now: Moment): string {
  const { askedAt, personName, targetName, target, ruling } = activation;
  const access = target.kind === 'group' && target.access === 'owner' ? 'OWNER' : 'member';
  const word = ruling?.verdict === 'approve' ? 'approved' : 'denied';
  const by = ruling === null ? '' : `, ${word} by ${ruling.by?.name ?? 'somebody outside Jitney'}`;
  return `${sayMoment(askedAt, zone, now)} ${personName}: ${targetName} as ${access}, ${stateOf(activation, zone, now)}${by}`;
}

function stateOf({ phase, endsAt, startsAt }: Activation, zone: string, now: Moment): string {
  const at = (when: Moment | null, word: string): string =>
    when === null ? '' : ` ${word} ${sayMoment(when, zone, now)}`;
  switch (phase) {
    case 'ordering':
    case 'starting':
      return 'being activated';
    case 'waiting':
      return 'waiting for approval';
    case 'scheduled':
      return `to begin${at(startsAt, 'at')}`;
    case 'active':
      return `active${at(endsAt, 'until')}`;
    case 'ended':
      return `ended${at(endsAt, 'at')}`;
    case 'denied':
    case 'cancelled':
    case 'failed':
      return phase;
    case 'lapsed':
      return 'nobody decided';
  }
}

async function findingsOf(ports: Ports, actor: Actor): Promise<Message> {
  const found = await ports.store.findings(mostLines);
  if (found.length === 0)
    return notice('✓', 'PIM’s own audit and this record do not differ, as far as they were compared.');
  const zone = actor.zone ?? ports.settings.defaultTimeZone;
  const now = ports.clock.now();
  return notice(
    '⚠',
    'Where PIM’s own audit differs',
    ...found.map((one) => sayFinding(one, zone, now)),
    `Times are those of ${zone}.`,
  );
}

function sayFinding({ kind, act = 'asked', happenedAt, name, groupName }: Finding, zone: string, now: Moment): string {
  const who = `${sayMoment(happenedAt, zone, now)} ${name ?? 'somebody without a name'}: ${groupName ?? 'a group without a name'}`;
  const done = act === 'asked' ? 'asked for' : act;
  return kind === 'notHere'
    ? `${who}, ${done} outside Jitney`
    : `${who}, ${done} here, and PIM’s audit does not have it`;
}

function onlyAuditors(): Message {
  return refusal('Only auditors can ask that.', {
    rule: 'The members of one group are auditors.',
    owner: 'operator',
    next: 'Say “status” for what is your own.',
  });
}

function unknown(words: string): Message {
  return problem(`No person and no group is called “${words}”.`, {
    why: 'I look for exactly that name in the directory.',
    next: 'Give the exact name as the directory has it, in quotes if it holds keywords.',
  });
}
