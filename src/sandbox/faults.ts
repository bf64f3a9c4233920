import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { decodeQuery } from './calls.ts';

/**
 * What goes wrong with a matching call:
 * - `answer`: this answer instead of the effect;
 * - `reset`: the connection breaks before the effect;
 * - `delay`: the effect and the true answer come late;
 * - `lost`: the effect happens, then the connection breaks or, with `instead`, another answer comes;
 * - `truncated`: the effect happens, then the answer breaks off in the middle.
 */
export type Fault =
  | { readonly kind: 'answer'; readonly answer: FaultAnswer; readonly delayMs: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'lost'; readonly instead?: FaultAnswer }
  | { readonly kind: 'truncated' };

export type FaultAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A value is sent as JSON, a string as it stands; undefined asks for the usual error of the status. */
  readonly body?: unknown;
};

const answerSchema = z
  .strictObject({
    kind: z.enum(['answer', 'reset', 'delay', 'lost', 'truncated']).optional(),
    status: z.int().min(200).max(599).optional(),
    /** Seconds, or a text that is sent as it is. */
    retryAfter: z.union([z.number(), z.string()]).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
    reset: z.literal(true).optional(),
    lost: z.literal(true).optional(),
    truncated: z.literal(true).optional(),
    /** Milliseconds. */
    delay: z.number().min(0).max(600_000).optional(),
    ms: z.number().min(0).max(600_000).optional(),
  })
  .transform(toFault);

/** One rule as control accepts it. `path` and `body` are searched as substrings; a rule without a field matches any. */
export const faultRuleSchema = z.strictObject({
  match: z
    .strictObject({ method: z.string().optional(), path: z.string().optional(), body: z.string().optional() })
    .default({}),
  times: z.int().positive().default(1),
  answer: z.preprocess((value) => (typeof value === 'string' ? { kind: value } : value), answerSchema),
});
type FaultRule = z.infer<typeof faultRuleSchema>;

/** `path` is decoded and carries the version and, after a `?`, the decoded query; `body` is the text as received. */
export type Matchable = { readonly method: string; readonly path: string; readonly body: string };

export type Faults = {
  add(rule: FaultRule): void;
  clear(): void;
  list(): readonly FaultRule[];
  /** The fault for this call, if a rule matches; each rule is used up after `times` calls, oldest rule first. */
  take(call: Matchable): Fault | undefined;
};

export function createFaults(): Faults {
  const rules: { rule: FaultRule; left: number }[] = [];
  return {
    add: (rule) => {
      rules.push({ rule, left: rule.times });
    },
    clear: () => {
      rules.length = 0;
    },
    list: () => rules.map(({ rule, left }) => ({ ...rule, times: left })),
    take: (call) => {
      const index = rules.findIndex(({ rule }) => matches(rule, call));
      const found = rules[index];
      if (!found) return undefined;
      found.left -= 1;
      if (found.left === 0) rules.splice(index, 1);
      return found.rule.answer;
    },
  };
}

export function matchable(call: Matchable & { readonly query: URLSearchParams }): Matchable {
  const query = decodeQuery(call.query);
  return { method: call.method, path: query === '' ? call.path : `${call.path}?${query}`, body: call.body };
}

/** Waits as long as the fault says; faults without a delay do not wait. */
export async function delayOf(fault: Fault | undefined): Promise<void> {
  const ms = fault?.kind === 'delay' || fault?.kind === 'answer' ? fault.delayMs : 0;
  if (ms > 0) await sleep(ms);
}

function matches({ match }: FaultRule, call: Matchable): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== call.method) return false;
  if (match.path !== undefined && !call.path.toLowerCase().includes(match.path.toLowerCase())) return false;
  return match.body === undefined || call.body.includes(match.body);
}

type FaultInput = {
  kind?: Fault['kind'] | undefined;
  status?: number | undefined;
  retryAfter?: number | string | undefined;
  headers?: Record<string, string> | undefined;
  body?: unknown;
  reset?: true | undefined;
  lost?: true | undefined;
  truncated?: true | undefined;
  delay?: number | undefined;
  ms?: number | undefined;
};

function toFault(input: FaultInput, context: z.RefinementCtx): Fault {
  const kind = input.kind ?? kindOf(input);
  const answer = input.status === undefined ? undefined : toAnswer(input.status, input);
  const delayMs = input.delay ?? input.ms ?? 0;
  switch (kind) {
    case 'reset':
    case 'truncated':
      return { kind };
    case 'lost':
      return answer ? { kind, instead: answer } : { kind };
    case 'delay':
      return answer ? { kind: 'answer', answer, delayMs } : { kind, delayMs };
    case 'answer':
      if (answer) return { kind, answer, delayMs };
  }
  context.addIssue({ code: 'custom', message: 'needs a status, or one of: reset, delay, lost, truncated' });
  return z.NEVER;
}

function kindOf(input: FaultInput): Fault['kind'] {
  if (input.reset) return 'reset';
  if (input.lost) return 'lost';
  if (input.truncated) return 'truncated';
  return input.delay !== undefined && input.status === undefined ? 'delay' : 'answer';
}

function toAnswer(status: number, input: FaultInput): FaultAnswer {
  const retry = input.retryAfter === undefined ? {} : { 'Retry-After': String(input.retryAfter) };
  return { status, headers: { ...retry, ...input.headers }, body: input.body };
}
