import type { Chance } from './random.ts';
import type { Fault } from '../support/connector.ts';
import type { Reply, Request } from './cloud.ts';
import { time } from './time.ts';

/** What goes wrong with one exchange with Graph or the sign-in service. The numbers are those of docs/reliability.md. */
export type GraphFault = {
  readonly number: string;
  readonly fits: (request: Request) => boolean;
  /** The answer that arrives in place of the true one, or the break; effect says whether the call was carried out. */
  readonly meet: (chance: Chance) => Met;
};
export type Met = {
  readonly effect: boolean;
  /** It is carried out so much later, when nobody waits for its answer any more. */
  readonly effectAfterMs?: number;
  readonly reply?: (truth: Reply | null) => Reply;
  readonly error?: Error;
  readonly afterMs?: number;
};

const isGraph = ({ url }: Request): boolean => url.pathname.startsWith('/v1.0/');
const isRead = (request: Request): boolean =>
  isGraph(request) && (request.method === 'GET' || request.url.pathname.endsWith('/$batch'));
const isWrite = (request: Request): boolean => isGraph(request) && !isRead(request);
const isOrder = (request: Request): boolean => isWrite(request) && request.body.includes('"selfActivate"');
const isList = (request: Request): boolean =>
  request.method === 'GET' && /instances|requests|schedules/i.test(request.url.pathname);
const isToken = ({ url }: Request): boolean => url.pathname.endsWith('/token');

function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Met {
  const body = JSON.stringify({ error: { code, message } });
  return {
    effect: false,
    reply: () => ({ status, headers: { 'content-type': 'application/json', ...headers }, body }),
  };
}

function broken(code: string, effect: boolean, afterMs = 0): Met {
  const cause = Object.assign(new Error(code), { code });
  return { effect, error: Object.assign(new TypeError('fetch failed'), { cause }), afterMs };
}

/** Our own deadline ends it. */
function hangs(effect: boolean): Met {
  return {
    effect,
    error: new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
    afterMs: 10_000,
  };
}

function changed(change: (body: string, chance: Chance) => string): (chance: Chance) => Met {
  return (chance) => ({ effect: true, reply: (truth) => ({ ...truth!, body: change(truth!.body, chance) }) });
}

const throttled = (headers: Record<string, string>): Met => refusal(429, 'TooManyRequests', 'Too many', headers);

const absurd = ['-5', '99999999', 'soon', ''];

export const graphFaults: readonly GraphFault[] = [
  {
    number: 'F1',
    fits: isGraph,
    meet: (chance) => throttled({ 'retry-after': chance.pick(['1', '30', '300']) }),
  },
  {
    number: 'F2',
    fits: isGraph,
    meet: (chance) =>
      throttled(
        chance.percent(40)
          ? { 'retry-after': new Date(time.now() + 4_000).toUTCString() }
          : { 'retry-after': chance.pick(absurd) },
      ),
  },
  {
    number: 'F3',
    fits: isWrite,
    meet: () => throttled({ 'retry-after': '2', 'x-ms-throttle-limit-percentage': '1.1' }),
  },
  {
    number: 'F4',
    fits: isRead,
    meet: (chance) => refusal(chance.pick([500, 502, 503, 504]), 'ServiceUnavailable', 'Down'),
  },
  {
    number: 'F5',
    fits: isWrite,
    meet: (chance) => refusal(chance.pick([500, 502, 503, 504]), 'ServiceUnavailable', 'Down before'),
  },
  {
    number: 'F6',
    fits: isWrite,
    meet: (chance) =>
      chance.pick([
        { effect: true, reply: () => ({ status: 504, headers: {}, body: '' }) },
        broken('ECONNRESET', true),
        { effect: true, reply: (truth) => ({ ...truth!, body: truth!.body.slice(0, truth!.body.length / 2) }) },
        hangs(true),
      ]),
  },
  {
    number: 'F9',
    fits: isOrder,
    meet: (chance) =>
      refusal(
        400,
        'RoleAssignmentRequestPolicyValidationFailed',
        `The following policy rules failed: ["${chance.pick(['ExpirationRule', 'JustificationRule', 'TicketingRule', 'MfaRule', 'LunarRule'])}"]`,
      ),
  },
  {
    number: 'F10',
    fits: isGraph,
    meet: () => refusal(401, 'InvalidAuthenticationToken', 'Lifetime validation failed.'),
  },
  { number: 'F12', fits: isGraph, meet: () => refusal(403, 'Authorization_RequestDenied', 'Insufficient privileges.') },
  {
    number: 'F13',
    fits: isRead,
    meet: (chance) =>
      chance.pick([
        {
          effect: false,
          reply: () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sorry' }),
        },
        { effect: true, reply: (truth) => ({ ...truth!, body: `\ufeff${truth!.body}` }) },
        { effect: true, reply: (truth) => ({ ...truth!, body: truth!.body.replace('{', '{"more":{"deep":[null]},') }) },
        { effect: true, reply: (truth) => ({ ...truth!, body: truth!.body.slice(0, -3) }) },
      ]),
  },
  {
    number: 'F14',
    fits: isList,
    meet: (chance) =>
      changed((body) =>
        body.replace(
          '{',
          `{"@odata.nextLink":"${chance.pick(['https://evil.example/v1.0/steal', 'https://localhost:8443/v1.0/me'])}",`,
        ),
      )(chance),
  },
  { number: 'F15', fits: isGraph, meet: (chance) => hangs(chance.percent(50)) },
  {
    number: 'F16',
    fits: isGraph,
    meet: (chance) => broken(chance.pick(['ECONNREFUSED', 'EAI_AGAIN', 'ENOTFOUND', 'CERT_HAS_EXPIRED']), false),
  },
  {
    number: 'F17',
    fits: isToken,
    meet: (chance) =>
      chance.percent(50)
        ? broken('ECONNREFUSED', false)
        : { effect: false, reply: () => ({ status: 503, headers: {}, body: 'down' }) },
  },
  {
    number: 'F39',
    fits: isOrder,
    meet: changed((body, chance) =>
      chance.percent(50)
        ? body.replaceAll('bbbbbbbb-', 'cccccccc-')
        : body.replaceAll('"principalId":"aaaaaaaa-', '"principalId":"dddddddd-'),
    ),
  },
];

/** What a network can do to a write that left: done or not, at once or later, and nobody here knows which. */
export function lostWrite(chance: Chance): Met {
  return chance.pick([
    broken('ECONNRESET', true),
    hangs(true),
    { effect: true, reply: () => ({ status: chance.pick([500, 502, 503, 504]), headers: {}, body: '' }) },
    { effect: true, reply: (truth: Reply | null) => ({ ...truth!, body: truth!.body.slice(0, 9) }) },
    broken('ECONNRESET', false),
    hangs(false),
    refusal(503, 'ServiceUnavailable', 'Down before'),
    { ...hangs(false), effectAfterMs: chance.pick([3, 9, 11, 15, 25]) * 1_000 },
  ]);
}

/** And to the reading that is to tell: lost, refused for now, or an answer of before (before: how old; null: there is none). */
export function lostRead(chance: Chance, before: Reply | null): Met {
  const stale = before === null ? [] : [{ effect: false, reply: () => before }];
  return chance.pick([
    ...[broken('ECONNRESET', false), hangs(false), refusal(503, 'ServiceUnavailable', 'Down')],
    ...[...stale, ...stale, ...stale],
  ]);
}

/** Older than this no answer of PIM is, however late it knows of a write. */
export const staleMs = 30_000;

export const isPimWrite = (request: Request): boolean =>
  isWrite(request) && request.url.pathname.includes('/privilegedAccess/');
export const isPimRead = (request: Request): boolean => isRead(request) && !isToken(request);

/** PIM's lists lag: what was made within this time is not in them yet (F7). */
export function lagging(body: string, lagMs: number): string {
  const parsed = JSON.parse(body) as { value?: { createdDateTime?: string }[] };
  const isOld = ({ createdDateTime: at }: { createdDateTime?: string }): boolean =>
    at === undefined || Date.parse(at) + lagMs <= time.now();
  return Array.isArray(parsed.value) ? JSON.stringify({ ...parsed, value: parsed.value.filter(isOld) }) : body;
}

/** The same of the chat; of an update only what can happen to one, and words without a card are never too long. */
export type ChatFault = {
  readonly number: string;
  readonly fault: Fault;
  readonly fits: (isUpdate: boolean, isCard: boolean) => boolean;
};

const always = (): boolean => true;

export const chatFaults: readonly ChatFault[] = [
  { number: 'F18', fits: always, fault: { kind: 'answer', status: 429, headers: { 'Retry-After': '2' } } },
  { number: 'F20', fits: always, fault: { kind: 'resetAfterAccept' } },
  { number: 'F20', fits: always, fault: { kind: 'answer', status: 412 } },
  { number: 'F20', fits: always, fault: { kind: 'answer', status: 502 } },
  {
    number: 'F21',
    fits: (_, isCard) => isCard,
    fault: { kind: 'answer', status: 413, code: 'MessageSizeTooBig' },
  },
  {
    number: 'F22',
    fits: (isUpdate) => isUpdate,
    fault: { kind: 'answer', status: 404, code: 'ActivityNotFoundInConversation' },
  },
];

/** Nobody knows whether the message arrived. */
export function isUnclear(fault: Fault): boolean {
  return fault.kind !== 'answer' || fault.status >= 500;
}
