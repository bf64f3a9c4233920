import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from './reply.ts';

/** A request read whole. `path` is decoded; header names are in lower case, a header sent twice is joined by commas. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type Unreadable = { readonly kind: 'unreadable'; readonly status: number; readonly error: string };

const LARGEST_BODY = 4 * 1024 * 1024;

/** Reads a request that may only come from this machine: the address of the peer and the name it asked for are checked. */
export async function receive(request: IncomingMessage): Promise<Received | Unreadable> {
  if (!isLoopbackAddress(request.socket.remoteAddress)) return unreadable(403, 'loopback only');
  // A page elsewhere can point a name of its own at 127.0.0.1; the Host header tells.
  if (!isLoopbackHost(request.headers.host)) return unreadable(421, 'the Host header names no loopback host');
  const [rawPath = '/', rawQuery = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const path = decode(rawPath);
  if (path === undefined || !path.startsWith('/')) return unreadable(400, 'unreadable path');
  const body = await readBody(request);
  if (body === undefined) return unreadable(413, 'body too large');
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(rawQuery),
    body,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
  };
}

export function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
}

/** Promises the whole body, sends half of it and breaks the connection. */
export function sendTruncated(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': body.length || 1 });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
}

/** True for `localhost`, 127.0.0.0/8 and ::1, with or without a port. */
function isLoopbackHost(host: string | undefined): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(host ?? '');
}

/** A browser names the site a request comes from; sites elsewhere have no business here. */
export function isForeignOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return false;
  return !isLoopbackHost(/^https?:\/\/([^/]+)$/i.exec(origin)?.[1]);
}

function isLoopbackAddress(address: string | undefined): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(address ?? '');
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped, so that the refusal can be answered.
    if (size <= LARGEST_BODY) chunks.push(chunk);
    if (size > 16 * LARGEST_BODY) request.destroy();
  }
  return size > LARGEST_BODY ? undefined : Buffer.concat(chunks).toString('utf8');
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function unreadable(status: number, error: string): Unreadable {
  return { kind: 'unreadable', status, error };
}
