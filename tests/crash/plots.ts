import type { Activation } from '../../src/core/activation.ts';
import type { Card, Done, TeamsPerson } from '../support/teams-client.ts';
import type { Lane } from './lane.ts';

/** What somebody does next, when they see this. The key says that it is the same deed: it is done once, until a death may have lost it. */
export type Next = { readonly key: string; readonly act: () => Promise<Done | null> };

export type View = {
  readonly lane: Lane;
  readonly why: string;
  readonly wish: Activation | null;
  /** What each of them was shown since the story began. */
  readonly shown: (person: TeamsPerson) => readonly Card[];
  /** Nothing is left to be sent now. */
  readonly isQuiet: boolean;
  /** PIM’s time. */
  readonly now: number;
};

/** One way of a wish from the first word to the last. `counts`: what PIM carries out of it, by the action. */
export type Plot = {
  readonly name: string;
  readonly phase: Activation['phase'];
  readonly counts: Readonly<Record<'selfActivate' | 'selfDeactivate' | 'cancel' | 'decide', number>>;
  readonly isAnnounced: boolean;
  before?(lane: Lane): Promise<void>;
  /** Null: they wait. */
  next(view: View): Next | null;
  /** From when on edges count; from the first word where it is left out. */
  readonly from?: (view: View) => boolean;
};

const nothing = { selfActivate: 1, selfDeactivate: 0, cancel: 0, decide: 0 };

/** Asked for with too little said, decided by somebody of a group of approvers, announced, run out. */
export const decided: Plot = {
  name: 'decided',
  phase: 'ended',
  counts: { ...nothing, decide: 1 },
  isAnnounced: true,
  next({ lane, why, wish, shown, isQuiet }) {
    if (wish === null) {
      return answered(lane, shown, why) ?? said(lane, 'activate Exchange L3 Search & Purge for 1h ticket INC0012345');
    }
    if (wish.phase === 'waiting' && wish.ruling === null) return pressed(lane.megan, shown, why, 'Approve');
    return wish.phase === 'active' && isQuiet ? later(lane, 'PT1H') : null;
  },
};

/** Signed out before: the sentence waits for the sign-in, the order for the check that the policy wants, and the person ends it. */
export const checked: Plot = {
  name: 'checked',
  phase: 'ended',
  counts: { ...nothing, selfDeactivate: 1 },
  isAnnounced: true,
  async before(lane) {
    const { adele } = lane;
    const kept = `select oid from token where sealed is not null and oid = '${adele.oid}'`;
    const isIn = async () => (await lane.rows(kept)).length > 0;
    for (let times = 0; times < 3 && (await isIn()); times += 1) {
      await adele.say('sign out');
      // What a dead bot had leased in this chat comes before the answer, so that may take a while.
      for (const until = performance.now() + 20_000; performance.now() < until && (await isIn());)
        await new Promise((done) => setTimeout(done, 20));
    }
    if (await isIn()) throw new Error('the person cannot be signed out');
  },
  next({ lane, why, wish, shown, isQuiet, now }) {
    const { adele } = lane;
    if (wish === null || wish.phase === 'ordering') {
      const link = followed(adele, shown);
      if (link || wish !== null) return link;
      return said(lane, `activate Finance Break Glass for 1h because ${why}`);
    }
    if (wish.phase !== 'active' || !isQuiet) return null;
    // PIM keeps what it has made active for five minutes.
    if (now - (wish.startsAt ?? wish.askedAt) <= 5 * 60_000) return later(lane, 'PT6M');
    return pressed(adele, shown, why, 'End now');
  },
};

/** Taken back while it waits for an approver; what comes before that is cut in the others. */
export const takenBack: Plot = {
  name: 'taken back',
  phase: 'cancelled',
  counts: { ...nothing, cancel: 1 },
  isAnnounced: false,
  from: ({ wish, isQuiet }) => wish?.phase === 'waiting' && isQuiet,
  next({ lane, why, wish, shown, isQuiet }) {
    if (wish === null) return said(lane, `activate Azure Admins for 1h because ${why}`);
    return wish.phase === 'waiting' && isQuiet ? pressed(lane.adele, shown, why, 'Cancel request') : null;
  },
};

export const plots: readonly Plot[] = [decided, checked, takenBack];

type Shown = View['shown'];

function said({ adele }: Lane, text: string): Next {
  return { key: text, act: () => adele.say(text) };
}

function later({ sandbox }: Lane, duration: string): Next {
  return { key: duration, act: () => sandbox.advance(duration).then(() => null) };
}

function pressed(person: TeamsPerson, shown: Shown, why: string, title: string): Next | null {
  const card = shown(person).findLast(({ text, buttons }) => text.includes(why) && buttons.includes(title));
  return card
    ? { key: `${title} on ${card.id}`, act: () => person.press(card, title, { justification: 'fine' }) }
    : null;
}

/** The question of what the sentence lacked. */
function answered({ adele }: Lane, shown: Shown, why: string): Next | null {
  const card = shown(adele).findLast(({ buttons }) => buttons.includes('Activate'));
  return card ? { key: card.id, act: () => adele.press(card, 'Activate', { justification: why }) } : null;
}

/** The newest link that asks for the person themselves. A sign-in in the browser that breaks off is begun again. */
function followed(person: TeamsPerson, shown: Shown): Next | null {
  const card = shown(person).findLast(({ buttons }) => /Sign in|Verify and go on/.test(buttons.join()));
  if (!card) return null;
  return { key: `${card.id} ${card.changed}`, act: () => person.signIn(card).then(nobodysDeed, nobodysDeed) };
}

function nobodysDeed(): null {
  return null;
}
