import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  DelegateBackoff,
  ExponentialBackoff,
  circuitBreaker,
  handleWhenResult,
  retry,
  wrap,
} from 'cockatiel';
import type { CircuitBreakerPolicy, IBackoff } from 'cockatiel';
import type { Clock } from '../ports/ports.ts';
import type { Answer, Call, Send } from './send.ts';

/**
 * read: asking twice does no harm. write: only repeated when Graph said that nothing happened (429); everything else is
 * the caller's to find out.
 */
export type Kind = 'read' | 'write';

export type Asked = {
  readonly kind: Kind;
  readonly call: Call;
  readonly token: string;
  /** Nobody waits for it: it stands back when Graph is short. */
  readonly background?: boolean;
};

const repeats = 2;
/** Longer waits than this are the caller's: a person is told, a job is postponed. */
const longestWaitMs = 5_000;
/** No repeat begins later than this after the first attempt. */
const budgetMs = 12_000;
/** So many failures without a success between them, and Graph is left alone this long; then one call tries it. */
const failuresInARow = 10;
const restMs = 5_000;
/** How long background work stands back when Graph asks for less without saying for how long, and at most. */
const standBackMs = 10_000;
const longestStandBackMs = 300_000;
/** Graph warns from here on. Source: Graph throttling, x-ms-throttle-limit-percentage. */
const warningShare = 0.8;

const turnedAway: Answer = { kind: 'lost', sent: false, timedOut: false };

/** Sends, and repeats what is safe to repeat. Reads and writes fail apart. Source: Graph throttling (429 and Retry-After). */
export function requests(send: Send, clock: Clock): (asked: Asked) => Promise<Answer> {
  const breakers: Readonly<Record<Kind, CircuitBreakerPolicy>> = { read: breaker(), write: breaker() };
  let shortUntil = 0;

  async function once({ kind, call, token, background }: Asked): Promise<Answer> {
    const { leave } = call;
    if (leave !== undefined && (leave.isLate() || !(await leave.isOurs()))) return { kind: 'late' };
    const answer = await send(background === true ? { ...call, low: true } : call, token);
    // Background work only reads, and Graph limits reads and writes apart.
    if (kind === 'read') shortUntil = Math.max(shortUntil, clock.wall() + shortFor(answer, clock));
    return answer;
  }

  return async (asked) => {
    if (asked.background === true && clock.wall() < shortUntil) return turnedAway;
    const before = clock.wall() + budgetMs;
    const isWorthIt = (answer: unknown): boolean =>
      mayRepeat(answer as Answer, asked.kind) &&
      (askedWait(answer as Answer, clock) ?? 0) <= longestWaitMs &&
      clock.wall() < before;
    const again = retry(handleWhenResult(isWorthIt), { maxAttempts: repeats, backoff: backOff(clock) });
    try {
      return await wrap(again, breakers[asked.kind]).execute(() => once(asked));
    } catch (error) {
      // The circuit is open: nothing was sent.
      if (error instanceof BrokenCircuitError) return turnedAway;
      throw error;
    }
  };
}

function breaker(): CircuitBreakerPolicy {
  const isOutage = (answer: unknown): boolean => isDown(answer as Answer);
  const rules = { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(failuresInARow) };
  return circuitBreaker(handleWhenResult(isOutage), rules);
}

function isDown(answer: Answer): boolean {
  return answer.kind === 'lost' || (answer.kind === 'answer' && answer.status >= 500);
}

function mayRepeat(answer: Answer, kind: Kind): boolean {
  if (answer.kind === 'late') return false;
  if (answer.kind === 'lost') return kind === 'read' && !answer.timedOut;
  return answer.status === 429 || (kind === 'read' && answer.status >= 500 && answer.status !== 501);
}

/** As long as Graph asks, else longer each time and never in step with others. */
function backOff(clock: Clock): DelegateBackoff<{ readonly result: unknown }, IBackoff<unknown>> {
  const jittered = new ExponentialBackoff({ initialDelay: 250, maxDelay: 2_000 });
  return new DelegateBackoff((context, before) => {
    const next = before === undefined ? jittered.next() : before.next(context);
    const answer = (context.result as { readonly value?: Answer }).value;
    return { delay: (answer && askedWait(answer, clock)) ?? next.duration, state: next };
  });
}

function askedWait(answer: Answer, clock: Clock): number | null {
  return answer.kind === 'answer' ? retryAfterMs(answer.headers.get('retry-after'), clock) : null;
}

function shortFor(answer: Answer, clock: Clock): number {
  if (answer.kind !== 'answer') return 0;
  const share = Number(answer.headers.get('x-ms-throttle-limit-percentage') ?? 0);
  if (answer.status !== 429) return share >= warningShare ? standBackMs : 0;
  return Math.min(askedWait(answer, clock) ?? standBackMs, longestStandBackMs);
}

/** Retry-After in ms: seconds or an HTTP date; null when absent or nonsense; a date in the past is 0. */
export function retryAfterMs(header: string | null, clock: Clock): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/[a-z]/i.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - clock.wall());
}
