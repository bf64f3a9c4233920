import { contosoWith } from '../tests/support/contoso.ts';
import type { Speaker } from './load.ts';

/** So many that nobody says more in a minute than a person may. */
export const speakers: readonly Speaker[] = Array.from({ length: 400 }, (_none, at) => ({
  oid: `eeeeeeee-0000-4000-8000-${String(at).padStart(12, '0')}`,
  name: `Speaker ${at}`,
}));

/** The sandbox's default tenant with them in it: whom the tenant does not know, Jitney turns away. */
export function tenantOfSpeakers(): string {
  const people = speakers.map(({ oid, name }, at) => {
    return `  speaker${at}: { id: ${oid}, name: ${name}, upn: speaker${at}@contoso.onmicrosoft.com, jobTitle: Speaker }`;
  });
  return contosoWith({ people });
}
