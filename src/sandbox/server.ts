import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './certificates.ts';
import type { ControlRequest } from './control.ts';
import type { Entra } from './entra.ts';
import type { FaultAnswer } from './faults.ts';
import { matchable } from './faults.ts';
import { decodeQuery } from './calls.ts';
import type { Delivery } from './delivery.ts';
import { serveWithFault } from './delivery.ts';
import type { GraphSide } from './graph-side.ts';
import { serveGraph } from './graph-side.ts';
import type { Received } from './http.ts';
import { isForeignOrigin, receive, send, sendTruncated } from './http.ts';
import type { Reply } from './reply.ts';
import { json } from './reply.ts';

export type Routes = {
  readonly entra: Entra;
  readonly graph: GraphSide;
  readonly control: (request: ControlRequest) => Promise<Reply>;
};

/** The two listeners: https for machines (Graph and tokens), plain http for browsers (sign-in). Control answers on both. */
export type Listeners = { readonly https: Server; readonly plain: Server };

/** Loopback is all it ever listens on. */
const LOOPBACK = '127.0.0.1';

export function createListeners(certificates: Certificates, routes: Routes): Listeners {
  const { cert, key } = certificates;
  const secure = createSecureServer({ cert, key }, listener(routes, serveSecure));
  return { https: secure, plain: createPlainServer(listener(routes, servePlain)) };
}

/** Binds to the port, or to any free one for 0, and returns it. Rejects with EADDRINUSE when it is taken. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

type Serve = (routes: Routes, request: Received) => Promise<Delivery>;

function listener(routes: Routes, serve: Serve) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    void respond(routes, serve, request, response).catch((error: unknown) => {
      process.stderr.write(`sandbox: ${error instanceof Error ? (error.stack ?? error.message) : 'failed'}\n`);
      if (!response.headersSent && !response.destroyed)
        send(
          response,
          json(500, { error: { code: 'InternalServerError', message: 'The sandbox failed; its log says why.' } }),
        );
    });
  };
}

async function respond(
  routes: Routes,
  serve: Serve,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const received = await receive(request);
  if ('kind' in received) {
    send(response, json(received.status, { error: received.error }));
    return;
  }
  const delivery = await (isControl(received) ? serveControl(routes, received) : serve(routes, received));
  if (delivery.kind === 'broken') response.socket?.destroy();
  else if (delivery.kind === 'truncated') sendTruncated(response, delivery.reply);
  else send(response, delivery.reply);
}

function isControl({ path }: Received): boolean {
  return path === '/_sandbox' || path.startsWith('/_sandbox/');
}

async function serveControl(routes: Routes, request: Received): Promise<Delivery> {
  if (isForeignOrigin(request.headers['origin'])) return whole(json(403, { error: 'not for pages of other sites' }));
  return whole(await routes.control(request));
}

async function serveSecure(routes: Routes, request: Received): Promise<Delivery> {
  if (/^\/(?:v1\.0|beta)\//.test(request.path)) return await serveGraph(routes.graph, request);
  return await serveEntra(routes, request, () => routes.entra.answerToken(request));
}

async function servePlain(routes: Routes, request: Received): Promise<Delivery> {
  return await serveEntra(routes, request, () => routes.entra.answerLogin(request));
}

/** Entra's routes meet the same faults and the same record as Graph's. Their bodies hold secrets and are not recorded. */
async function serveEntra(
  { graph }: Routes,
  request: Received,
  answer: () => Promise<Reply | undefined> | Reply | undefined,
): Promise<Delivery> {
  const fault = graph.faults.take(matchable(request));
  const grant = request.path.endsWith('/token') ? new URLSearchParams(request.body).get('grant_type') : null;
  let known = true;
  return await serveWithFault(fault, {
    faultReply,
    act: async () => {
      const reply = await answer();
      known = reply !== undefined;
      return reply ?? json(404, { error: { code: 'UnknownRoute', message: 'The sandbox has nothing here.' } });
    },
    note: (arrived) =>
      graph.calls.add({
        at: graph.nowText(),
        method: request.method,
        path: request.path,
        query: decodeQuery(request.query),
        status: arrived,
        ...(grant === null ? {} : { grant }),
        ...(fault ? { fault: fault.kind } : {}),
        ...(known ? {} : { unknown: true }),
      }),
  });
}

function faultReply({ status, headers, body }: FaultAnswer): Reply {
  const usual = {
    error: 'temporarily_unavailable',
    error_description: 'AADSTS90033: The sandbox was told to fail here.',
  };
  const reply = json(status, body ?? usual, headers);
  return typeof body === 'string' ? { ...reply, body } : reply;
}

function whole(reply: Reply): Delivery {
  return { kind: 'whole', reply };
}
