/** Finding the route of a path: segments without regard to letter case, keys also in parentheses, functions with `on`. */
import type { GraphCall } from './call.ts';
import type { Route } from './routes.ts';
import { ROUTES } from './routes.ts';

export type Match =
  | { kind: 'route'; route: Route; parts: string[] }
  | { kind: 'wrongMethod' }
  | { kind: 'wrongChild' }
  | { kind: 'unknown' };

export function matchRoute(call: GraphCall): Match {
  const segments = normalize(call.path);
  const other = call.version === 'v1.0' ? '/steps' : '/stages';
  const hits = ROUTES.flatMap((route) => {
    const parts = matchSegments(routeSegments(route, call.version), segments);
    return parts === null ? [] : { route, parts };
  });
  const hit = hits.find(({ route }) => route.method === call.method);
  if (hit !== undefined) return { kind: 'route', ...hit };
  if (hits.length > 0) return { kind: 'wrongMethod' };
  const approval = segments[3]?.toLowerCase() === 'assignmentapprovals';
  return approval && call.path.toLowerCase().includes(other) ? { kind: 'wrongChild' } : { kind: 'unknown' };
}

/** The child of an approval is named `stages` in v1.0 and `steps` in beta. */
function routeSegments(route: Route, version: GraphCall['version']): string[] {
  return route.path
    .split('/')
    .slice(1)
    .map((segment) => (segment === 'stages' && version === 'beta' ? 'steps' : segment));
}

/** `/x('key')/y` and `/x/key/y` are one path; a namespace before a function is left out. */
function normalize(path: string): string[] {
  return path
    .replaceAll(/([A-Za-z])\('([^'()]*)'\)/g, '$1/$2')
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => segment.replace(/^microsoft\.graph\.(?=\w+\()/i, ''));
}

function matchSegments(wanted: readonly string[], given: readonly string[]): string[] | null {
  if (wanted.length !== given.length) return null;
  const parts: string[] = [];
  for (const [index, pattern] of wanted.entries()) {
    const part = matchSegment(pattern, given[index] ?? '');
    if (part === null) return null;
    parts.push(...part);
  }
  return parts;
}

/** The values a segment yields, or null when it does not fit. */
function matchSegment(pattern: string, segment: string): string[] | null {
  if (pattern === '{}') return segment.includes('(') ? null : [segment];
  if (pattern === '{cast}') return /^microsoft\.graph\.(user|group)$/.test(segment) ? [segment] : null;
  if (pattern.endsWith('(on={})')) {
    const match = /^(\w+)\(on='(\w+)'\)$/.exec(segment);
    const name = pattern.slice(0, -'(on={})'.length);
    return match?.[1]?.toLowerCase() === name.toLowerCase() ? [match[2] ?? ''] : null;
  }
  return pattern.toLowerCase() === segment.toLowerCase() ? [] : null;
}
