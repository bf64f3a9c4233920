import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Balancer = { readonly url: string; close(): void };

/** One address for all bots: each request goes to the next one that runs, and breaks off when that one dies on it. */
export async function startBalancer(running: () => readonly string[]): Promise<Balancer> {
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    const up = running();
    turn += 1;
    const one = up[turn % Math.max(1, up.length)];
    if (one === undefined) return void outgoing.destroy();
    const { method, headers } = incoming;
    const passed = request(new URL(incoming.url ?? '/', one), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.once('error', () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    passed.once('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
