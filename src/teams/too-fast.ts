import type { Message } from '../core/message.ts';
import { refusal } from '../core/refusal.ts';
import type { TeamsActivity } from './activity.ts';

/** What a person is told who sends faster than the bot works. body is null where the client shows no answer. */
export function tooFast(
  activity: Pick<TeamsActivity, 'type' | 'name'>,
  waitMs: number,
): { readonly message: Message; readonly body: unknown } {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const said = `Too much at once: I did nothing with this. Try again in ${seconds} seconds.`;
  const message = refusal('You send faster than I work.', {
    rule: 'I do nothing with what you send for a while, so that others get their answers too.',
    owner: 'jitney',
    next: `Go on in ${seconds} seconds; say “status” first to see what was done.`,
  });
  return { message, body: activity.type === 'invoke' ? bodyOf(activity.name ?? '', said) : null };
}

export function isCompose({ name }: Pick<TeamsActivity, 'name'>): boolean {
  return name?.startsWith('composeExtension/') ?? false;
}

/** Sources: Universal Actions for Adaptive Cards, invoke response; Teams message extensions, invoke activities. */
function bodyOf(name: string, value: string): unknown {
  if (name === 'composeExtension/query') return { composeExtension: { type: 'message', text: value } };
  if (name.startsWith('composeExtension/')) return { task: { type: 'message', value } };
  return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value };
}
