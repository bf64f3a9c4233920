/** Whether an answer has the documented shape: every documented field, with its JSON type. */
import type { Json, JsonObject } from './example.ts';
import { objectOf } from './example.ts';

/** Misspelt or misplaced names on the documentation's own pages. */
const SLIPS = ['createdDateTIme', 'memberEligibilityScheduleId'];

/** Lists whose length depends on the tenant, not on the contract. */
const MAY_BE_EMPTY = [
  'additionalDetails',
  'businessPhones',
  'enabledRules',
  'enforcedSettings',
  'escalationApprovers',
  'groupTypes',
  'inheritableSettings',
  'modifiedProperties',
  'notificationRecipients',
  'primaryApprovers',
  'proxyAddresses',
  'resourceBehaviorOptions',
  'resourceProvisioningOptions',
];

/** The first difference in words, or null. Null fits any type; further fields are allowed. */
export function difference(documented: Json, ours: Json | undefined, place = 'body'): string | null {
  if (ours === undefined) return documented === null && place === 'body' ? null : `${place} is missing`;
  if (documented === null || ours === null) return null;
  if (Array.isArray(documented)) {
    return Array.isArray(ours) ? differenceOfLists(documented, ours, place) : wrongType(documented, ours, place);
  }
  const wanted = objectOf(documented);
  if (wanted === null) return typeof documented === typeof ours ? null : wrongType(documented, ours, place);
  const given = objectOf(ours);
  return given === null ? wrongType(documented, ours, place) : differenceOfObjects(wanted, given, place);
}

function differenceOfObjects(documented: JsonObject, ours: JsonObject, place: string): string | null {
  for (const [name, value] of Object.entries(documented)) {
    if (name.includes('@odata.') || name.includes('@microsoft.graph.') || SLIPS.includes(name)) continue;
    const found = difference(value, ours[name], `${place}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

function differenceOfLists(documented: readonly Json[], ours: readonly Json[], place: string): string | null {
  const mayBeEmpty = MAY_BE_EMPTY.some((name) => place.endsWith(`.${name}`));
  if (ours.length === 0) return documented.length === 0 || mayBeEmpty ? null : `${place} is empty`;
  for (const [index, item] of documented.entries()) {
    const found = candidates(item, ours).map((one) => difference(item, one, `${place}[${index}]`));
    if (!found.includes(null)) return found[0] ?? `${place}[${index}] is missing`;
  }
  return null;
}

/** Items that may stand for a documented one: of the same id, else of the same type, else any. */
function candidates(documented: Json, ours: readonly Json[]): readonly Json[] {
  const wanted = objectOf(documented);
  for (const name of ['id', '@odata.type']) {
    const value = wanted?.[name];
    const same = ours.filter((one) => value !== undefined && objectOf(one)?.[name] === value);
    if (same.length > 0) return same;
  }
  return ours;
}

function wrongType(documented: Json, ours: Json, place: string): string {
  return `${place} is ${typeName(ours)}, documented as ${typeName(documented)}`;
}

function typeName(value: Json): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
