import type { Message } from '../core/message.ts';
import { usage } from '../language/usage.ts';
import type { Usage } from '../language/usage.ts';
import type { Actor, Eligibility, Ports } from '../ports.ts';

/** What can be done today; the language understands more than this. */
const able: readonly Usage['verb'][] = [
  'activate',
  'deactivate',
  'extend',
  'cancel',
  'repeat',
  'list',
  'status',
  'approve',
  'deny',
  'announce',
  'stopAnnounce',
  'who',
  'policy',
  'alias',
  'aliases',
  'removeAlias',
  'help',
  'signin',
  'signout',
];
/** The commands that work: `help` shows these, and so does README. */
export const possible = usage.filter(({ verb }) => able.includes(verb));

/** Help that knows the person's groups; with a word, only the commands of that word. */
export async function help(ports: Ports, actor: Actor, topic: string | undefined): Promise<Message> {
  const examples = await examplesFor(ports, actor);
  const word = topic?.toLowerCase() ?? null;
  const matching = possible.filter(
    ({ verb, forms }) => word === null || verb === word || forms.some((form) => form.startsWith(word)),
  );
  const shown = matching.length > 0 ? matching : possible;
  return {
    kind: 'help',
    examples: word !== null && matching.length > 0 ? matching.map(({ examples: [first] }) => first) : examples,
    forms: shown.map(({ forms, says }) => ({ form: forms[0] ?? '', says })),
  };
}

export async function welcome(ports: Ports, actor: Actor): Promise<Message> {
  return { kind: 'welcome', examples: await examplesFor(ports, actor) };
}

/** Three sentences that would work for this person; plain ones when their groups cannot be read now. */
export async function examplesFor(ports: Ports, actor: Actor): Promise<readonly string[]> {
  const groups = await readable(ports, actor);
  const [first, second] = groups.filter(({ target }) => target.kind !== 'group' || target.access === 'member');
  if (!first) return ['list', 'status', 'help'];
  return [
    `activate ${first.name} for 2h because …`,
    ...(second ? [`activate ${second.name} until 17:30`] : ['list']),
    'status',
  ];
}

/** Help must help even when PIM does not answer. */
async function readable(ports: Ports, actor: Actor): Promise<readonly Eligibility[]> {
  try {
    return await ports.pim.eligibilities(actor);
  } catch (error) {
    ports.log.warn('examples.unavailable', { error });
    return [];
  }
}
