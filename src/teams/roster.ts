import { z } from 'zod';
import type { Place } from '../core/place.ts';
import type { Chat } from '../ports/chat.ts';
import type { Clock } from '../ports/ports.ts';
import type { OpenConnector } from './connector.ts';
import { toDelivery } from './delivery.ts';

/** What a roster says of somebody. Source: Teams, get the roster; the field of the Entra id has two names. */
const memberShape = z.object({
  id: z.string(),
  aadObjectId: z.string().nullish(),
  objectId: z.string().nullish(),
  tenantId: z.string().nullish(),
  userRole: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
});

const keptMs = 60_000;
const mostKept = 1000;
const mostPages = 40;

type Found = Awaited<ReturnType<Chat['outsiders']>>;

export type Roster = {
  readonly outsiders: Chat['outsiders'];
  /** Somebody came or a channel was shared: what is kept counts no more. An event of a team names none of its channels. */
  readonly forget: () => void;
};

/** Who reads along in rooms. An answer is kept for a minute, because every announcement asks. */
export function createRoster(open: OpenConnector, allowGuests: boolean, clock: Clock): Roster {
  const kept = new Map<string, { readonly found: Found; readonly until: number }>();

  async function read(room: Place): Promise<Found> {
    try {
      const connector = await open(room.serviceUrl);
      let next: string | null = null;
      for (let page = 0; connector !== null && page < mostPages; page += 1) {
        const listed = await connector.members(room.conversationId, next);
        if (listed.members.some((member) => isOutsider(member, room.tid, allowGuests))) return 'some';
        ({ next } = listed);
        if (next === null) return 'none';
      }
      return 'unknown';
    } catch (error) {
      // The room is no more, or the bot is no part of it: nothing can be said there either.
      return toDelivery(error, 'send', clock).kind === 'gone' ? 'gone' : 'unknown';
    }
  }

  async function outsiders(room: Place, { fresh } = { fresh: false }): Promise<Found> {
    const before = kept.get(room.conversationId);
    if (!fresh && before !== undefined && before.until > clock.wall()) return before.found;
    const found = await read(room);
    if (kept.size >= mostKept) kept.clear();
    if (found === 'none' || found === 'some') kept.set(room.conversationId, { found, until: clock.wall() + keptMs });
    return found;
  }

  return { outsiders, forget: () => kept.clear() };
}

/** Whoever cannot be recognised counts as one. */
function isOutsider(member: unknown, tid: string, allowGuests: boolean): boolean {
  const { data } = memberShape.safeParse(member);
  if (data === undefined) return true;
  if (data.id.startsWith('28:')) return false;
  if ((data.aadObjectId ?? data.objectId ?? '') === '' || data.userRole === 'anonymous') return true;
  if (data.tenantId && data.tenantId.toLowerCase() !== tid) return true;
  return !allowGuests && (data.userRole === 'guest' || (data.userPrincipalName ?? '').includes('#EXT#'));
}
