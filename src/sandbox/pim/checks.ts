/** Authentication contexts that a write wants of the caller's token. */
import type { World } from '../world.ts';
import type { Refusal } from './refusal.ts';
import { authenticationContextRefusal } from './refusal.ts';
import type { SignInFacts } from './rules.ts';

/** Writes that a policy says nothing about; a tenant's settings may make them want a context all the same (assumed). */
type Write = 'decide' | 'deactivate' | 'cancel';

export function checkWrite(world: World, write: Write, facts: SignInFacts): Refusal | null {
  const context = world.settings.checks?.[write];
  return context === undefined ? null : checkContext(world, context, facts);
}

/**
 * Null when the token shows the context. Where the sign-in frequency is "every time", each token is good for one write.
 * A token of a client that never declared the capability cp1 is refused even when it carries the value.
 */
export function checkContext(world: World, context: string, facts: SignInFacts, dryRun = false): Refusal | null {
  const shown = facts.acrs.includes(context) && facts.clientCapabilities.includes('cp1');
  const everyTime = world.settings.everyTime?.includes(context) === true;
  const spent = everyTime && facts.uti !== undefined && world.spent?.includes(facts.uti) === true;
  if (!shown || spent) return authenticationContextRefusal(context);
  if (everyTime && !dryRun && facts.uti !== undefined) world.spent = [...(world.spent ?? []), facts.uti].slice(-1000);
  return null;
}
