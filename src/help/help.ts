import type { Message } from '../core/message.ts';
import { usage } from '../language/usage.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Eligibility } from '../ports/pim.ts';
import type { Ports } from '../ports/ports.ts';

/** Help that knows the person's groups; with a word, only the commands of that word. */
export async function help(ports: Ports, actor: Actor, topic: string | undefined): Promise<Message> {
  const examples = await examplesFor(ports, actor);
  const word = topic?.toLowerCase() ?? null;
  const matching = usage.filter(
    ({ verb, forms }) => word === null || verb === word || forms.some((form) => form.startsWith(word)),
  );
  const shown = matching.length > 0 ? matching : usage;
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
