import type { Activation } from '../core/activation.ts';
import { naming, portalApprovals, problem } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { Job } from '../ports/job.ts';
import type { Ports } from '../ports/ports.ts';
import type { Route } from '../ports/store.ts';

export function watches(route: Route, activation: Activation): boolean {
  if (route.place.tid !== activation.person.tid) return false;
  const { target } = activation;
  return route.targets?.some((watched) => target.kind === 'group' && watched.groupId === target.groupId) ?? true;
}

/**
 * Not one of its approvers has a chat with us, so the rooms that hear of the group hear that it waits: who decides may read
 * there. The log has an alarm in any case; with no room left it is all there is.
 */
export async function askInRooms(ports: Ports, activation: Activation): Promise<readonly Job[]> {
  const routes = (await ports.store.routes()).filter((route) => watches(route, activation));
  const readers = await Promise.all(routes.map(({ place }) => ports.chat.outsiders(place)));
  // Who is not of the tenant, or may be, learns of no request.
  const rooms = routes.filter((_, index) => readers[index] === 'none');
  ports.log.error('approvers.unreachable', { activation: activation.id, rooms: rooms.length });
  return rooms.map(({ place }) => ({
    kind: 'notice',
    key: `${activation.id}:nobody:${place.conversationId}`,
    to: place,
    oid: null,
    message: whoDecides(activation),
  }));
}

function whoDecides({ personName, targetName, approvers }: Activation): Message {
  const names = approvers.map(({ name }) => name).join(', ');
  // Told as it was: the message stays when the request is long decided.
  const said = problem(`${personName} asked for ${targetName}, and I could reach nobody who may decide on it.`, {
    why: names === '' ? 'Its PIM policy names no approver other than them.' : `It could be decided by: ${names}.`,
    next:
      names === ''
        ? 'The group’s owner can name approvers in PIM.'
        : 'Whoever of them reads this while it waits: decide in PIM, or open a chat with me and say “approvals”.',
    link: { url: portalApprovals, title: 'Approvals in PIM' },
  });
  return naming(said, personName, targetName, ...approvers.map(({ name }) => name));
}
