/** Microsoft Graph, as far as PIM for Groups needs it: one call in, one answer out, the world changed. */
import type { World } from '../world.ts';
import { answerBatch } from './batch.ts';
import type { GraphAnswer, GraphCall, GraphOptions } from './call.ts';
import { graphError, refusalAnswer } from './errors.ts';
import { matchRoute } from './match.ts';
import { checkPermissions } from './permissions.ts';

export function answerGraph(world: World, call: GraphCall, now: number, options: GraphOptions): GraphAnswer {
  if (call.path.toLowerCase() === '/$batch') {
    if (call.method !== 'POST') return wrongMethod(now);
    return answerBatch(call, now, (part) => answerGraph(world, part, now, options));
  }
  const match = matchRoute(call);
  switch (match.kind) {
    case 'unknown':
      return graphError(501, 'NotImplemented', `The sandbox does not know ${call.method} ${call.path}.`, now);
    case 'wrongMethod':
      return wrongMethod(now);
    case 'wrongChild':
      return graphError(400, 'BadRequest', 'Resource not found for the segment.', now);
    case 'route':
  }
  const { route, parts } = match;
  if (call.token.kind === 'application' && /^\/me(\/|$)/i.test(call.path)) {
    return graphError(400, 'BadRequest', '/me request is only valid with delegated authentication flow.', now);
  }
  const missing = route.needs === null ? null : checkPermissions(call.token, route.needs);
  if (missing !== null) return refusalAnswer(missing, now);
  return route.answer({ world, call, now, options, parts });
}

function wrongMethod(now: number): GraphAnswer {
  const message = 'Specified HTTP method is not allowed for the request target.';
  return graphError(405, 'Request_BadRequest', message, now);
}
