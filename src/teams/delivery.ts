import { z } from 'zod';
import type { Delivery } from '../ports/chat.ts';
import type { Clock } from '../ports/ports.ts';

/** What is read of the errors that the SDK's HTTP client throws. */
const failureShape = z.object({
  name: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  statusCode: z.int().optional().catch(undefined),
  response: z
    .object({
      headers: z.custom<{ get(name: string): string | undefined }>((headers) => typeof headers === 'object'),
      bodyAsText: z.string().nullish(),
    })
    .optional()
    .catch(undefined),
});
type Failure = z.infer<typeof failureShape>;

const errorBody = z.object({ error: z.object({ code: z.string().regex(/^\w{1,64}$/) }) });

/** Failures before the first byte left: nothing arrived, for certain. */
const notSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS)/;

const shortWaitMs = 2000;
const longWaitMs = 60_000;
const longestWaitMs = 600_000;

/**
 * What an error of the connector means for a message. A POST has no key by which the connector would know a repeated one,
 * so only what was certainly not accepted may be tried again; an update may always be, it says the same twice.
 * Sources: Bot connector status codes; Teams rate limits (429 and 412 are to be retried).
 */
export function toDelivery(error: unknown, what: 'send' | 'update', clock: Clock): Delivery {
  const failure = failureShape.safeParse(error).data ?? { name: '' };
  const { statusCode: status } = failure;
  const why = wording(failure);
  if (status === undefined) return withoutAnswer(failure, what, why);
  if (status < 300) return { kind: 'delivered', activityId: null };
  if (status === 429 || status === 412) return { kind: 'busy', afterMs: retryAfter(failure, clock), why };
  if (status < 400 || status === 401) return { kind: 'retry', afterMs: longWaitMs, why };
  if (status === 408 || status >= 500) {
    return what === 'update' ? { kind: 'retry', afterMs: retryAfter(failure, clock), why } : { kind: 'unclear', why };
  }
  return { kind: [403, 404, 410].includes(status) ? 'gone' : 'refused', why };
}

/** True when the connector refused the message itself and not its place: too long, or a card that it does not take. */
export function isRefusedContent(error: unknown): boolean {
  const status = failureShape.safeParse(error).data?.statusCode;
  return status === 400 || status === 413;
}

function withoutAnswer(failure: Failure, what: 'send' | 'update', why: string): Delivery {
  const isCertain = what === 'update' || notSent.test(failure.code ?? '') || failure.name === 'NoToken';
  return isCertain ? { kind: 'retry', afterMs: shortWaitMs, why } : { kind: 'unclear', why };
}

/** Status and the connector's own error code; never its text, which can quote the message. */
function wording(failure: Failure): string {
  const status = failure.statusCode;
  if (status === undefined) return /^\w{1,64}$/.test(failure.code ?? '') ? `${failure.code}` : failure.name || 'failed';
  return [`${status}`, connectorCode(failure.response?.bodyAsText ?? '')].filter((part) => part !== '').join(' ');
}

function connectorCode(body: string): string {
  try {
    return errorBody.safeParse(JSON.parse(body)).data?.error.code ?? '';
  } catch {
    return '';
  }
}

/** Retry-After in seconds or as a date; what is absent or absurd becomes a wait that is neither. */
function retryAfter(failure: Failure, clock: Clock): number {
  const header = failure.response?.headers.get('retry-after')?.trim() ?? '';
  const waitMs = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - clock.wall();
  return waitMs > 0 ? Math.min(waitMs, longestWaitMs) : shortWaitMs;
}
