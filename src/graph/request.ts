import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../ports.ts';
import type { Answer, Call, Send } from './send.ts';

/**
 * read: asking twice does no harm. write: only repeated when Graph said that nothing happened (429); everything else is
 * the caller's to find out.
 */
export type Kind = 'read' | 'write';

const tries = 3;
/** Longer waits than this are the caller's: a person is told, a job is postponed. */
const longestWaitMs = 5_000;

/** Sends, and repeats what is safe to repeat, at most twice. Source: Graph throttling (429 and Retry-After in seconds). */
export async function request(send: Send, kind: Kind, call: Call, token: string, clock: Clock): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(call, token);
    if (attempt === tries || !mayRepeat(answer, kind)) return answer;
    const wait = waitAfter(answer, attempt, clock);
    if (wait > longestWaitMs) return answer;
    await sleep(wait);
  }
}

function mayRepeat(answer: Answer, kind: Kind): boolean {
  if (answer.kind === 'lost') return kind === 'read' && !answer.timedOut;
  return answer.status === 429 || (kind === 'read' && (answer.status === 503 || answer.status === 504));
}

function waitAfter(answer: Answer, attempt: number, clock: Clock): number {
  const asked = answer.kind === 'answer' ? retryAfterMs(answer.headers.get('retry-after'), clock) : null;
  return asked ?? 250 * 2 ** (attempt - 1);
}

/** Retry-After in ms: seconds or an HTTP date; null when absent or nonsense; a date in the past is 0. */
export function retryAfterMs(header: string | null, clock: Clock): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/[a-z]/i.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - clock.wall());
}
