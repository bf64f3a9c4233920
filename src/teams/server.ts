import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import restify from 'restify';
import type { Request, Response } from 'restify';
import type { Clock } from '../ports/ports.ts';
import type { WebRoute } from '../ports/web.ts';
import type { Bot } from './bot.ts';

export type ServerOptions = {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly bot: Pick<Bot, 'process'>;
  readonly routes: readonly WebRoute[];
  readonly health: () => Readonly<Record<string, unknown>>;
  readonly ready: () => Promise<{ readonly ok: boolean; readonly missing: readonly string[] }>;
  readonly clock: Clock;
};

export type Server = { listen(): Promise<{ readonly port: number }>; close(): Promise<void> };

const headersMs = 10_000;
const requestMs = 15_000;
/** Node looks only every half minute by itself, so that a slow client would be held more than twice as long. */
const lookMs = 1000;
const drainMs = 10_000;

/** On every answer; pages say more for themselves. The host is reached by https alone for a year from then on (ASVS 3.4). */
const everywhere: Readonly<Record<string, string>> = {
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

const words: Readonly<Record<number, string>> = { 400: 'bad request', 404: 'not found', 405: 'method not allowed' };

/** The one web server: what Teams posts, what operators probe, and the pages that others hand in. */
export function createServer(options: ServerOptions): Server {
  const server = restify.createServer({ name: 'jitney' });
  // What Node reads when it begins to listen; restify makes its server without a way to say so.
  const patience = { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: lookMs };
  Object.assign(server.server, patience);
  const unanswered = new Set<Response>();
  server.pre((_request, response, next) => {
    for (const [name, value] of Object.entries(everywhere)) response.setHeader(name, value);
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    next();
  });
  server.on(
    'restifyError',
    (_request: Request, response: Response, error: { statusCode?: number }, done: () => void) => {
      sendError(response, error.statusCode ?? 500);
      done();
    },
  );

  server.post('/api/messages', async (request, response) => {
    await options.bot.process(request, response);
  });
  server.get('/healthz', (_request, response, next) => {
    sendJson(response, 200, options.health());
    next();
  });
  server.get('/readyz', async (_request, response) => {
    const { ok, missing } = await options.ready();
    sendJson(response, ok ? 200 : 503, { ok, missing });
  });
  for (const route of options.routes) {
    server.get(route.path, async (request, response) => answerPage(route, request, response, options.clock));
  }

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, options.host, () => {
          server.off('error', reject);
          resolve({ port: server.address().port });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        const impatient = setTimeout(() => server.server.closeAllConnections(), drainMs);
        server.close(() => {
          clearTimeout(impatient);
          resolve();
        });
        server.server.closeIdleConnections();
        // Else Node keeps each of these open for another request after its answer, and the end waits for that in vain.
        for (const response of unanswered) if (!response.headersSent) response.setHeader('Connection', 'close');
      }),
  };
}

async function answerPage(route: WebRoute, request: Request, response: Response, clock: Clock): Promise<void> {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const { status, body, headers } = await route.handle({
    query: Object.fromEntries(searchParams),
    now: clock.now(),
  });
  if (typeof body === 'string') {
    response.sendRaw(status, body, headers);
    return;
  }
  response.writeHead(status, headers);
  // A reader who goes away ends the reading, too; there is nobody left to be told.
  await pipeline(Readable.from(body), response).catch(() => undefined);
}

function sendJson(response: Response, status: number, body: unknown): void {
  response.sendRaw(status, JSON.stringify(body), { 'Content-Type': 'application/json; charset=utf-8' });
}

/** One form for every failure, with our words only: inner messages quote the request or the code. */
function sendError(response: Response, status: number): void {
  if (!response.headersSent) sendJson(response, status, { error: words[status] ?? 'failed' });
}
