/** The machine form: one JSON object in, one out. */

import type { Parsed } from './command.ts';
import { parse } from './parse.ts';
import type { Context } from './parse.ts';
import { instantOf, isZone } from './time.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the machine form says for one line; a line that is no request, or not one this reads, is a syntax error. */
export function answerLine(line: string, clock: () => number): string {
  const fields = readFields(line);
  const context = fields && contextOf(fields, clock);
  const text = fields?.['text'];
  if (!context || typeof text !== 'string') return JSON.stringify({ error: 'syntax' });
  return JSON.stringify(machineForm(parse(text, context)));
}

function readFields(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function contextOf(fields: Fields, clock: () => number): Context | undefined {
  const { now, timeZone, locale, scope, botName, eligibleGroups, openRequestIds } = fields;
  const instant = now == null ? clock() : typeof now === 'string' ? instantOf(now) : undefined;
  const zone = timeZone ?? 'UTC';
  const isReadable = [locale, scope, botName].every((one) => one == null || typeof one === 'string');
  if (instant === undefined || typeof zone !== 'string' || !isZone(zone) || !isReadable) return undefined;
  if (!isNames(eligibleGroups) || !isNames(openRequestIds)) return undefined;
  return {
    now: instant,
    timeZone: zone,
    ...(typeof botName === 'string' && { botName }),
    ...(eligibleGroups && { names: eligibleGroups }),
    ...(openRequestIds && { openIds: openRequestIds }),
  };
}

function isNames(value: unknown): value is readonly string[] | null | undefined {
  return value == null || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
}

/** `intent` for `kind`, `error` for a problem, no empty lists. A problem names its intent only where a name is all that is missing. */
function machineForm(parsed: Parsed): Fields {
  if (parsed.kind === 'problem') {
    return parsed.code === 'missing_group' ? { intent: parsed.intent, error: parsed.code } : { error: parsed.code };
  }
  const { kind, ...rest } = parsed;
  const fields = Object.entries(rest).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  return { intent: kind, ...Object.fromEntries(fields) };
}
