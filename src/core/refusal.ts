import { problem } from './message.ts';
import type { Message } from './message.ts';

/** Who can change the rule that a wish met. */
export type Owner = 'pim' | 'group' | 'tenant' | 'operator' | 'team' | 'jitney';

const owners: Readonly<Record<Owner, string>> = {
  pim: 'That is PIM’s own rule.',
  group: 'The group’s owner or a Privileged Role Administrator decides that.',
  tenant: 'The administrators of your tenant decide that.',
  operator: 'Whoever runs this bot decides that.',
  team: 'The owners of this team decide that.',
  jitney: 'That is my own rule, for everybody.',
};

type Problem = Extract<Message, { kind: 'problem' }>;

/** A wish that a rule turns down: which rule, who owns it, and what the person can do next. */
export function refusal(
  what: string,
  {
    rule,
    owner,
    ...more
  }: { readonly rule: string; readonly owner: Owner; readonly next: string } & Partial<
    Omit<Problem, 'why' | 'what' | 'kind'>
  >,
): Problem {
  return problem(what, { ...more, why: `${rule} ${owners[owner]}` });
}

/** The sentence that ends the reason of every refusal. */
export function ownerSentence(owner: Owner): string {
  return owners[owner];
}
