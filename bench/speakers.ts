import { contosoWith } from '../tests/support/contoso.ts';
import type { Speaker } from './load.ts';

/** letter: a hexadecimal digit of their own for each group of people. */
export function people(letter: string, many: number): readonly Speaker[] {
  return Array.from({ length: many }, (_none, at) => ({
    oid: `${letter.repeat(8)}-0000-4000-8000-${String(at).padStart(12, '0')}`,
    name: `Speaker ${letter}${at}`,
  }));
}

/** So many that nobody says more in a minute than a person may. */
export const speakers = people('e', 400);

/** The sandbox's default tenant with them in it: whom the tenant does not know, Jitney turns away. */
export function tenantOf(known: readonly Speaker[]): string {
  const rows = known.map(({ oid, name }, at) => {
    return `  speaker${at}: { id: ${oid}, name: ${name}, upn: speaker${at}@contoso.onmicrosoft.com, jobTitle: Speaker }`;
  });
  return contosoWith({ people: rows });
}
