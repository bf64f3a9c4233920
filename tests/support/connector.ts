import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that reached the connector. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly conversationId: string;
  /** The activity that a PUT names or a POST answers; null for a new one. */
  readonly activityId: string | null;
  readonly activity: Record<string, unknown>;
  readonly authorization: string | null;
};

export type Fault =
  /** An answer instead of accepting. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Accepts (it is recorded), then the connection breaks and the sender never learns it. */
  | { readonly kind: 'resetAfterAccept' }
  /** Accepts, then never answers. */
  | { readonly kind: 'hang' };

/** As rosters show people; fields that are not given are absent. */
export type Member = Readonly<Record<string, string>>;

export type RecordingConnector = {
  /** What activities name as their serviceUrl. */
  readonly serviceUrl: string;
  /** Accepted activities (POST and PUT) in order; what a fault turned away is not among them. */
  readonly accepted: readonly Received[];
  /** Every request, also the refused. */
  readonly requests: readonly Received[];
  /** The id of the message that an accepted request made or changed. */
  readonly ids: ReadonlyMap<Received, string>;
  /** The next requests meet these faults, one each. */
  fail(...faults: readonly Fault[]): void;
  /** Answers GET v3/teams/{id}. */
  knowTeam(id: string, details: Readonly<Record<string, unknown>>): void;
  /** Who is in a conversation, page by page; a conversation that nobody spoke of has one member, Somebody. */
  seat(conversationId: string, ...pages: readonly (readonly Member[])[]): void;
  /** The next question for this conversation's roster fails. */
  failRoster(conversationId: string): void;
  /** Resolves when that many activities were accepted. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
};

const route =
  /^\/v3\/(?:conversations\/([^/]+)\/activities(?:\/([^/]+))?|teams\/([^/]+)|conversations\/([^/]+)\/pagedmembers)(?:\?|$)/;

/** A member of the tenant. */
export const somebody: Member = {
  id: '29:somebody',
  name: 'Somebody',
  aadObjectId: 'aaaaaaaa-0000-4000-8000-0000000000ff',
  userPrincipalName: 'somebody@contoso.example',
  userRole: 'user',
};

/** Plays the Bot connector: keeps what the bot posts and updates, and fails as told. */
export async function startConnector(): Promise<RecordingConnector> {
  const requests: Received[] = [];
  const accepted: Received[] = [];
  const faults: Fault[] = [];
  const teams = new Map<string, Readonly<Record<string, unknown>>>();
  const rosters = new Map<string, readonly (readonly Member[])[]>();
  const silent = new Set<string>();
  const ids = new Map<Received, string>();
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let sequence = 0;

  function accept(received: Received): string {
    sequence += 1;
    const id = received.activityId ?? `activity-${sequence}`;
    ids.set(received, id);
    accepted.push(received);
    for (const waiter of waiting) if (accepted.length >= waiter.count) waiter.resolve();
    return id;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await read(request);
    requests.push(received);
    const fault = faults.shift();
    if (fault?.kind === 'answer') return refuse(response, fault);
    const team = teams.get(decodeURIComponent(route.exec(received.path)?.[3] ?? ''));
    const inRoom = route.exec(received.path)?.[4];
    if (inRoom !== undefined && silent.delete(decodeURIComponent(inRoom))) return send(response, 502, {});
    if (inRoom !== undefined) return send(response, 200, pageOf(decodeURIComponent(inRoom), received.path));
    if (received.method === 'GET') return send(response, team === undefined ? 404 : 200, team ?? {});
    const id = accept(received);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'resetAfterAccept') return void request.socket.destroy();
    if (received.method === 'POST' && isSplit(received.activity)) return send(response, 202, {});
    send(response, received.method === 'PUT' ? 200 : 201, { id });
  }

  function pageOf(conversationId: string, path: string): unknown {
    const pages = rosters.get(conversationId) ?? [[somebody]];
    const at = Number(new URL(path, 'http://localhost').searchParams.get('continuationToken') ?? '0');
    const more = at + 1 < pages.length ? { continuationToken: String(at + 1) } : {};
    return { members: pages[at] ?? [], ...more };
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    serviceUrl: `http://127.0.0.1:${port}`,
    accepted,
    requests,
    ids,
    fail: (...next) => void faults.push(...next),
    seat: (conversationId, ...pages) => void rosters.set(conversationId, pages),
    failRoster: (conversationId) => void silent.add(conversationId),
    knowTeam: (id, details) => void teams.set(id, details),
    until: (count) =>
      new Promise((resolve) => (accepted.length >= count ? resolve() : void waiting.push({ count, resolve }))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Teams makes two messages of a text and a card, and names neither. Source: Send and receive messages, message splitting. */
function isSplit({ text, attachments }: Record<string, unknown>): boolean {
  return Boolean(text) && Array.isArray(attachments) && attachments.length > 0;
}

/** The message says of itself that it may be there twice. */
export function saysSentAgain({ activity }: Pick<Received, 'activity'>): boolean {
  return JSON.stringify(activity).includes('Sent once more, as');
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const path = request.url ?? '';
  const [, conversationId = '', activityId] = route.exec(path) ?? [];
  return {
    method: request.method ?? '',
    path,
    conversationId: decodeURIComponent(conversationId),
    activityId: activityId === undefined ? null : decodeURIComponent(activityId),
    activity: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    authorization: request.headers.authorization ?? null,
  };
}

function refuse(response: ServerResponse, fault: Extract<Fault, { kind: 'answer' }>): void {
  send(response, fault.status, { error: { code: fault.code ?? 'ServiceError', message: 'as told' } }, fault.headers);
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
