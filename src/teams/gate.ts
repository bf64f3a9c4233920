import type { KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWSHeaderParameters } from 'jose';
import { z } from 'zod';
import type { Clock } from '../ports/ports.ts';
import type { Cloud } from './clouds.ts';
import { isLoopbackAddress, isLoopbackHost, isServiceUrlAllowed } from './service-url.ts';
import { KeysUnavailable } from './signing-keys.ts';
import type { SigningKeys } from './signing-keys.ts';

/** What every verified token of the channel says. Source: Bot connector authentication. */
type Claims = { readonly serviceUrl: string };

type Admission =
  /** claims null: the sandbox's unsigned caller on this machine. */
  | { readonly kind: 'admitted'; readonly claims: Claims | null }
  /** why is for the log: a fixed word, never a part of the request. */
  | { readonly kind: 'refused'; readonly status: 401 | 503; readonly why: string };

export type GateOptions = {
  readonly tenantId: string;
  /** null: unsigned activities from this machine are let in; only the sandbox has that. */
  readonly appId: string | null;
  readonly keys: SigningKeys;
  readonly cloud: Pick<Cloud, 'issuer' | 'serviceHosts'>;
  readonly loopback: boolean;
  readonly clock: Clock;
};

export type Gate = {
  /** By the headers alone, before the body is read. */
  caller(request: Pick<IncomingMessage, 'headers' | 'socket'>): Promise<Admission>;
  /** By the body: null when it may pass, else why not. */
  activity(claims: Claims | null, body: unknown): string | null;
};

const clockToleranceSeconds = 300;
const guid = z.guid();

/** A refusal that is the token's fault; the message is a fixed word. */
class Refusal extends Error {}

/**
 * Stands before the Bot SDK, which by default also believes tokens that the bot's own registration can be made to issue,
 * tokens that never expire and activities without a serviceUrl. Whatever is not exactly a Teams activity for this bot in
 * this tenant ends here.
 */
export function createGate(options: GateOptions): Gate {
  async function caller(request: Pick<IncomingMessage, 'headers' | 'socket'>): Promise<Admission> {
    if (options.appId === null) return unsignedCaller(request);
    try {
      const token = bearer(request.headers.authorization);
      return { kind: 'admitted', claims: await verify(token, options.appId, options) };
    } catch (error) {
      return refusal(error);
    }
  }

  function activity(claims: Claims | null, body: unknown): string | null {
    const parsed = identityShape.safeParse(body);
    if (!parsed.success) return parsed.error.issues[0]?.path.join('.') ?? 'body';
    const said = parsed.data;
    if (!isServiceUrlAllowed(said.serviceUrl, options.cloud.serviceHosts, options.loopback)) return 'serviceUrl';
    if (claims !== null && claims.serviceUrl !== said.serviceUrl) return 'serviceUrl claim';
    if (said.channelData.tenant.id !== options.tenantId) return 'tenant';
    if (said.conversation.tenantId !== undefined && said.conversation.tenantId !== options.tenantId) return 'tenant';
    return isEvent(said.type) ? null : personProblem(said, claims !== null);
  }

  return { caller, activity };
}

/** What the gate itself reads of an activity. */
const identityShape = z.object({
  type: z.string().min(1),
  channelId: z.literal('msteams'),
  serviceUrl: z.string().min(1),
  conversation: z.object({ tenantId: z.string().optional() }),
  channelData: z.object({ tenant: z.object({ id: z.string() }) }),
  from: z.object({
    id: z.string().min(1).max(512),
    aadObjectId: guid.optional(),
    role: z.string().optional(),
  }),
});

/** Installation and roster events grant nothing and may come without a person or a conversation's tenant. */
export function isEvent(type: string): boolean {
  return type === 'installationUpdate' || type === 'conversationUpdate';
}

/** signed: a real channel spoke; a chat client of the sandbox may number its people as it likes. */
function personProblem(said: z.infer<typeof identityShape>, signed: boolean): string | null {
  if (said.conversation.tenantId === undefined) return 'tenant';
  if (said.from.aadObjectId === undefined) return 'from.aadObjectId';
  if (signed && !said.from.id.startsWith('29:')) return 'from.id';
  return said.from.role !== undefined && said.from.role !== 'user' ? 'from.role' : null;
}

/** Only this machine itself, not through a proxy, not from a page in a browser, not by a rebound name. */
function unsignedCaller(request: Pick<IncomingMessage, 'headers' | 'socket'>): Admission {
  const { headers, socket } = request;
  const relayed = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];
  if (!isLoopbackAddress(socket.remoteAddress)) return { kind: 'refused', status: 401, why: 'peer' };
  if (!isLoopbackHost(headers.host)) return { kind: 'refused', status: 401, why: 'host' };
  if (relayed.some((name) => headers[name] !== undefined)) return { kind: 'refused', status: 401, why: 'relayed' };
  if (headers.origin !== undefined) return { kind: 'refused', status: 401, why: 'origin' };
  return { kind: 'admitted', claims: null };
}

function bearer(header: string | undefined): string {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(header ?? '')?.[1];
  if (token === undefined) throw new Refusal('no token');
  return token;
}

async function verify(token: string, appId: string, { keys, clock, cloud }: GateOptions): Promise<Claims> {
  const { payload } = await jwtVerify(token, (header) => endorsedKey(header, keys), {
    algorithms: ['RS256'],
    issuer: cloud.issuer,
    audience: appId,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp', 'nbf', 'serviceurl'],
    currentDate: new Date(clock.wall()),
  });
  const problem = claimsProblem(payload, appId, cloud.issuer);
  if (problem !== null) throw new Refusal(problem);
  return { serviceUrl: payload['serviceurl'] as string };
}

async function endorsedKey(header: JWSHeaderParameters, keys: SigningKeys): Promise<KeyObject> {
  if (typeof header.kid !== 'string') throw new Refusal('kid');
  const found = await keys.find(header.kid);
  if (found === null) throw new Refusal('kid');
  if (!found.endorsements.includes('msteams')) throw new Refusal('endorsements');
  return found.key;
}

/** The rules on claims that hold whoever read the token: run here and once more by the SDK. */
export function claimsProblem(claims: JWTPayload, appId: string, issuer: string): string | null {
  if (claims.iss !== issuer) return 'iss';
  if (claims.aud !== appId) return 'aud';
  if (typeof claims.exp !== 'number') return 'exp';
  if (typeof claims.nbf !== 'number') return 'nbf';
  const serviceUrl = claims['serviceurl'];
  return typeof serviceUrl === 'string' && serviceUrl !== '' ? null : 'serviceurl';
}

function refusal(error: unknown): Admission {
  if (error instanceof KeysUnavailable) return { kind: 'refused', status: 503, why: 'keys' };
  if (error instanceof Refusal) return { kind: 'refused', status: 401, why: error.message };
  if (error instanceof errors.JOSEError) return { kind: 'refused', status: 401, why: error.code };
  throw error;
}
