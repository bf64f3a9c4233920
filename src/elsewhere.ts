import { form } from './activate/form.ts';
import { notice } from './core/message.ts';
import type { Message } from './core/message.ts';
import type { Place } from './core/place.ts';
import { refusal } from './core/refusal.ts';
import type { Actor, Composed, Incoming } from './ports/incoming.ts';
import type { Ports } from './ports/ports.ts';
import { list } from './status/status.ts';

type Action = Extract<Incoming, { kind: 'action' }>;

/** What is asked outside a person's own chat and answered in it. The message that comes back is for their eyes alone. */
export type Elsewhere = {
  readonly compose: (composed: Composed) => Promise<Message>;
  readonly press: (action: Action) => Promise<Message>;
};

/** handle: how the same thing is done when it comes from the person's own chat. refuse: what is said to a press that is not. */
export function createElsewhere(
  ports: Ports,
  handle: (incoming: Action) => Promise<Message | null>,
  refuse: (verb: string, actor: Actor) => Promise<Message>,
  wentWrong: (what: string, error: unknown) => Message,
): Elsewhere {
  async function inOwnChat(action: Omit<Action, 'place' | 'activityId'>): Promise<Message> {
    const place = await ownChat(ports, action.actor);
    if (!place) return noOwnChat();
    await handle({ ...action, place, activityId: null });
    return answeredThere();
  }

  async function composed(asked: Composed): Promise<Message> {
    const { actor } = asked;
    if (!ports.settings.allowGuests && (await ports.directory.isOutsider(actor.oid))) {
      ports.log.warn('person.outside', { actor: actor.oid });
      return forMembers();
    }
    switch (asked.kind) {
      case 'search': {
        const { query, offset, count } = asked;
        // Asked at every letter, so the kept eligibilities do.
        return list(ports, actor, query === '' ? undefined : query, { offset, count, fresh: false });
      }
      case 'form':
        return form(ports, actor);
      case 'filled':
        return asked.verb === 'fill' ? inOwnChat({ ...asked, kind: 'action' }) : refuse(asked.verb, actor);
    }
  }

  async function caught(what: string, work: () => Promise<Message>): Promise<Message> {
    try {
      return await work();
    } catch (error) {
      return wentWrong(what, error);
    }
  }

  return {
    compose: (asked) => caught(asked.kind, () => composed(asked)),
    press: (action) =>
      caught(action.kind, async () =>
        // Every other button was made for one person's own chat.
        action.verb === 'ask' ? inOwnChat(action) : refuse(action.verb, action.actor),
      ),
  };
}

export async function ownChat(ports: Ports, actor: Actor): Promise<Place | null> {
  return (await ports.store.knownPerson(actor))?.place ?? null;
}

export function noOwnChat(): Message {
  return refusal('I answer such things in your own chat, and have none with you yet.', {
    rule: 'What others need not read stays out of rooms.',
    owner: 'jitney',
    next: 'Open a chat with me and say it there; afterwards you can say it here too.',
  });
}

/** For guests and strangers: says nothing of groups or people. */
export function forMembers(): Message {
  return refusal('I work for members of this organisation only.', {
    rule: 'You are a guest here, or your account belongs to another organisation.',
    owner: 'operator',
    next: 'What you hold in PIM stays as it is; use PIM’s own pages, or ask an administrator.',
  });
}

/** Says nothing of what was asked. */
export function answeredThere(): Message {
  return notice('○', 'Answered in your own chat.');
}
