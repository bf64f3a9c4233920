import type { Activation, Wish } from '../core/activation.ts';
import { isoToMinutes, minutesToIso } from '../core/duration.ts';
import type { Moment } from '../core/moment.ts';
import type { Reading } from '../core/observe.ts';
import type { Instance, Request } from './shapes.ts';

/** A request's own account of itself; the running assignment is read separately. */
export function readingOf(request: Request, instance: Reading['instance'] = 'unread'): Reading {
  return {
    requestId: request.id,
    approvalId: request.approvalId ?? null,
    status: request.status ?? null,
    createdAt: request.createdDateTime,
    ...spanOf(request),
    instance,
  };
}

/** A request that PIM does not have, or not yet. */
export function noRequest(instance: Reading['instance']): Reading {
  return { requestId: null, approvalId: null, status: null, createdAt: null, startsAt: null, endsAt: null, instance };
}

/**
 * From when until when. While an approver is awaited a length counts from a decision that is still to come, so neither is
 * known, except a start or an end that was asked for by the clock.
 * assumed: `afterDuration` counts from the later of the asked start and the completion.
 */
function spanOf(request: Request): { readonly startsAt: Moment | null; readonly endsAt: Moment | null } {
  const asked = request.scheduleInfo?.startDateTime ?? null;
  const fixedEnd = request.scheduleInfo?.expiration?.endDateTime ?? null;
  const minutes = isoToMinutes(request.scheduleInfo?.expiration?.duration ?? '');
  if (request.status?.toLowerCase() === 'pendingapproval') {
    const later = asked !== null && request.createdDateTime !== null && asked > request.createdDateTime + 60_000;
    return { startsAt: later ? asked : null, endsAt: fixedEnd };
  }
  const startsAt = latest(asked, request.completedDateTime);
  const lengthEnd = startsAt === null || minutes === null ? null : startsAt + minutes * 60_000;
  return { startsAt, endsAt: fixedEnd ?? lengthEnd };
}

function latest(a: Moment | null, b: Moment | null): Moment | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** The running activation of this target among the person's assignments; null when there is none. */
export function instanceOf(
  rows: readonly Instance[],
  person: { readonly oid: string },
  target: { readonly groupId: string; readonly access: string },
): { readonly startsAt: Moment | null; readonly endsAt: Moment | null } | null {
  const found = rows.find(
    (row) =>
      isActivated(row) &&
      sameId(row.principalId, person.oid) &&
      sameId(row.groupId, target.groupId) &&
      row.accessId === target.access,
  );
  return found ? { startsAt: found.startDateTime, endsAt: found.endDateTime } : null;
}

export function isActivated(row: Instance): boolean {
  return row.assignmentType?.toLowerCase() === 'activated';
}

/** Our own order among the person's requests: by its marker, else by everything that was sent and when. */
export function findOwn(requests: readonly Request[], activation: Activation, marker: string): Request | null {
  const same = requests.filter((request) => isOrderOf(request, activation));
  const marked = same.filter((request) => request.customData === marker);
  const alike = same.filter(
    (request) =>
      !request.customData &&
      (request.justification ?? '') === (sentJustification(activation.wish) ?? '') &&
      request.createdDateTime !== null &&
      request.createdDateTime >= activation.askedAt - clockDifferenceMs,
  );
  const newest = (a: Request, b: Request): number => (b.createdDateTime ?? 0) - (a.createdDateTime ?? 0);
  return marked.toSorted(newest)[0] ?? alike.toSorted(newest)[0] ?? null;
}

/** How far our clock and PIM's may lie apart. */
const clockDifferenceMs = 120_000;

function isOrderOf(request: Request, activation: Activation): boolean {
  const { target, person } = activation;
  return (
    target.kind === 'group' &&
    request.action?.toLowerCase() === 'selfactivate' &&
    sameId(request.principalId, person.oid) &&
    sameId(request.groupId, target.groupId) &&
    request.accessId === target.access
  );
}

export function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/**
 * The justification as it is sent: the ticket is repeated in it.
 * assumed: one report says that the group surface ignores ticketInfo.
 */
function sentJustification(wish: Wish): string | null {
  if (wish.ticket === null || wish.justification?.includes(wish.ticket.number)) return wish.justification;
  const ticket = [wish.ticket.system, wish.ticket.number].filter((part) => part !== undefined).join(' ');
  return wish.justification === null ? `Ticket ${ticket}` : `${wish.justification} (ticket ${ticket})`;
}

/**
 * The body of an order. What is to start now names no start: ours would be in PIM's future, or in its past, when the clocks
 * differ. assumed: PIM starts it at once. Source: Graph privilegedaccessgroup-post-assignmentschedulerequests.
 */
export function orderBody(
  oid: string,
  target: { readonly groupId: string; readonly access: string },
  wish: Wish,
  marker: string,
): Readonly<Record<string, unknown>> {
  const justification = sentJustification(wish);
  return {
    accessId: target.access,
    principalId: oid,
    groupId: target.groupId,
    action: 'selfActivate',
    scheduleInfo: {
      ...(wish.startAt === null ? {} : { startDateTime: new Date(wish.startAt).toISOString() }),
      expiration:
        wish.length.kind === 'for'
          ? { type: 'afterDuration', duration: minutesToIso(wish.length.minutes) }
          : { type: 'afterDateTime', endDateTime: new Date(wish.length.at).toISOString() },
    },
    ...(justification === null ? {} : { justification }),
    // PIM refuses empty nested objects, so a part that is not there is left out.
    ...(wish.ticket === null ? {} : { ticketInfo: ticketInfo(wish.ticket) }),
    customData: marker,
  };
}

function ticketInfo(ticket: { readonly system?: string; readonly number: string }): Readonly<Record<string, string>> {
  return { ticketNumber: ticket.number, ...(ticket.system === undefined ? {} : { ticketSystem: ticket.system }) };
}
