import { leaveMs } from '../core/activation.ts';
import type { PimWrite } from '../core/audit.ts';
import type { Person } from '../core/person.ts';
import type { PimProblem } from '../core/pim-problem.ts';
import type { Leave } from '../ports/pim.ts';
import type { Clock } from '../ports/ports.ts';
import { toProblem } from './errors.ts';
import { requests } from './request.ts';
import type { Kind } from './request.ts';
import { sender } from './send.ts';
import type { Answer, Call, Timing } from './send.ts';
import { ownerOf } from './token.ts';

/**
 * Where tokens come from. of: null means that the person has to sign in; refused: Graph did not take this one, so hand
 * out another or none. Both may throw; an error named `AuthorityUnavailable` says that the sign-in service could not be
 * asked now. stepUps: tokens of people who passed a check; they are told how each fared, and say whether another check
 * can help after a refusal.
 */
type Tokens = {
  app(): Promise<string>;
  of(person: Person, refused?: string): Promise<string | null>;
  readonly stepUps: {
    of(person: Person, claims: string): string | null;
    taken(token: string): void;
    refused(token: string, claims: string): boolean;
  };
};

export type Options = {
  /** Origin of Graph without a version. */
  readonly graphUrl: string;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly tid: string;
  readonly writes?: Writes;
  readonly timing?: Timing;
  /** A clock that only goes on, whoever sets the others; the one on the wall where it is left out. */
  readonly steady?: () => number;
};

/** Names each write, and hears of it when it is done, whatever came of it. */
type Writes = { readonly id: () => string; readonly made: (write: PimWrite) => Promise<void> };

export type Answered = { readonly kind: 'ok'; readonly status: number; readonly body: unknown } | PimProblem;

/** The app's own token only reads: there is no way to write with it. */
type AppGraph = {
  readonly get: (path: string) => Promise<Answered>;
  /** Several reads in one exchange; see batch.ts, which is what callers use. background: nobody waits for them. */
  readonly batch: (body: unknown, background: boolean) => Promise<Answered>;
};

/** Graph as a person: every write carries the person's own token. */
type PersonGraph = {
  readonly get: (path: string) => Promise<Answered>;
  readonly post: (path: string, body: unknown, leave?: Leave) => Promise<Answered>;
  readonly patch: (path: string, body: unknown, leave?: Leave) => Promise<Answered>;
};

export type Graph = {
  readonly clock: Clock;
  readonly origin: string;
  readonly tid: string;
  readonly app: AppGraph;
  /** challenge: only with a token of the check that it asks for. */
  readonly as: (person: Person, challenge?: string | null) => PersonGraph;
};

export function graph(options: Options): Graph {
  const { clock, tokens, tid } = options;
  const steady = options.steady ?? clock.wall;
  const request = requests(sender(options.graphUrl, options.timing), clock);

  async function ask(kind: Kind, call: Call, token: string, background = false): Promise<Answered> {
    const answer =
      kind === 'write' && options.writes
        ? await noted(options.writes, call, token)
        : await request({ kind, call, token, background });
    return succeeded(answer, kind) ?? toProblem(answer, kind, clock);
  }

  async function noted(writes: Writes, call: Call, token: string): Promise<Answer> {
    const clientRequestId = writes.id();
    const answer = await request({ kind: 'write', call: { ...call, clientRequestId }, token });
    const { method, path, body } = call;
    const owner = ownerOf(token);
    const isAnswered = answer.kind === 'answer';
    if (owner && method !== 'GET' && answer.kind !== 'late') {
      await writes.made({
        actor: { tid: owner.tid, oid: owner.oid },
        method,
        path,
        body,
        clientRequestId,
        graphRequestId: isAnswered ? answer.headers.get('request-id') : null,
        uti: owner.uti ?? null,
        status: isAnswered ? answer.status : null,
      });
    }
    return answer;
  }

  /** By both clocks: the one on the wall may be set, and the other one may stand still while a machine is paused. */
  function leaving(leave: Leave | undefined): Pick<Call, 'leave'> {
    if (leave === undefined) return {};
    const { until, isOurs } = leave;
    const begun = steady();
    const rest = Math.min(until - clock.now(), leaveMs);
    return { leave: { isOurs, isLate: () => clock.now() > until || steady() - begun > rest } };
  }

  async function asApp(call: Call, background = false): Promise<Answered> {
    const token = await orUnavailable(() => tokens.app());
    return typeof token === 'string' ? ask('read', call, token, background) : token;
  }

  /**
   * One call with the person's token. Both repeats are safe, because Graph refused the call before it: with a fresh token
   * after a 401, and with the token of a step-up that answers exactly this challenge; each at most once.
   */
  async function asPerson(person: Person, kind: Kind, call: Call, challenge: string | null): Promise<Answered> {
    if (person.tid !== tid) throw new Error('The person is of another tenant than the one configured.');
    requirePrincipal(call.body, person);
    if (challenge !== null) return asVerified(person, kind, call, challenge);
    const tokenFor = async (refused?: string): Promise<string | null | PimProblem> => {
      const token = await orUnavailable(() => tokens.of(person, refused));
      if (typeof token === 'string') requireOwner(token, person);
      return token;
    };
    const token = await tokenFor();
    if (token === null) return { kind: 'signIn' };
    if (typeof token !== 'string') return token;
    let answered = await ask(kind, call, token);
    if (answered.kind === 'signIn') {
      const renewed = await tokenFor(token);
      if (typeof renewed !== 'string' || renewed === token) return answered;
      answered = await ask(kind, call, renewed);
    }
    if (answered.kind !== 'stepUp' || answered.claims === null) return answered;
    return asVerified(person, kind, call, answered.claims);
  }

  /**
   * With the token of the check, and with no other. A refusal of one that never was good for anything comes back without
   * claims: asking once more would go round in circles.
   */
  async function asVerified(person: Person, kind: Kind, call: Call, claims: string): Promise<Answered> {
    const token = tokens.stepUps.of(person, claims);
    if (token === null) return { kind: 'stepUp', claims };
    requireOwner(token, person);
    const answered = await ask(kind, call, token);
    if (answered.kind === 'ok') tokens.stepUps.taken(token);
    if (answered.kind !== 'stepUp' && answered.kind !== 'signIn') return answered;
    const asked = answered.kind === 'stepUp' ? answered.claims : claims;
    return { kind: 'stepUp', claims: asked !== null && tokens.stepUps.refused(token, asked) ? asked : null };
  }

  return {
    clock,
    tid,
    origin: new URL(options.graphUrl).origin,
    app: {
      get: (path) => asApp({ method: 'GET', path }),
      batch: (body, background) => asApp({ method: 'POST', path: '/$batch', body }, background),
    },
    as: (person, challenge = null) => ({
      get: (path) => asPerson(person, 'read', { method: 'GET', path }, challenge),
      post: (path, body, leave) =>
        asPerson(person, 'write', { method: 'POST', path, body, ...leaving(leave) }, challenge),
      patch: (path, body, leave) =>
        asPerson(person, 'write', { method: 'PATCH', path, body, ...leaving(leave) }, challenge),
    }),
  };
}

/** Null when it is no success. A success whose body cannot be read is a lost answer: the write may have happened. */
function succeeded(answer: Answer, kind: Kind): Answered | null {
  if (answer.kind !== 'answer' || answer.status < 200 || answer.status > 299) return null;
  if (answer.body !== undefined) return { kind: 'ok', status: answer.status, body: answer.body };
  return kind === 'write' ? { kind: 'unclear' } : { kind: 'unavailable', afterMs: null };
}

async function orUnavailable<T>(token: () => Promise<T>): Promise<T | PimProblem> {
  try {
    return await token();
  } catch (error) {
    if ((error as { name?: unknown } | null)?.name !== 'AuthorityUnavailable') throw error;
    return { kind: 'unavailable', afterMs: null };
  }
}

function requireOwner(token: string, person: Person): void {
  const owner = ownerOf(token);
  if (owner?.oid !== person.oid || owner.tid !== person.tid) {
    throw new Error('The token at hand belongs to somebody else than the person who acts.');
  }
}

/** Whoever a write names as its principal is the one whose token it carries. */
function requirePrincipal(body: unknown, person: Person): void {
  const { principalId } = (body ?? {}) as { readonly principalId?: unknown };
  if (principalId !== undefined && principalId !== person.oid) {
    throw new Error('A request for somebody else than the person who acts is never sent.');
  }
}

/** An expected refusal where the port has no place for one; carries it for whoever catches. */
export class GraphRefusal extends Error {
  readonly problem: PimProblem;
  constructor(what: string, problem: PimProblem) {
    const detail = problem.kind === 'other' ? ` ${problem.status} ${problem.code}` : '';
    super(`Graph did not answer ${what}: ${problem.kind}${detail}`);
    this.name = 'GraphRefusal';
    this.problem = problem;
  }
}

/** The body of a success, or an exception. */
export function must(answered: Answered, what: string): unknown {
  if (answered.kind === 'ok') return answered.body;
  throw new GraphRefusal(what, answered);
}
