import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What reached an address that must hear nothing: a connection alone is a leak already. */
export type LeakServer = {
  readonly port: number;
  readonly connections: number;
  readonly authorizations: readonly (string | undefined)[];
  close(): Promise<void>;
};

export async function startLeakServer(): Promise<LeakServer> {
  let connections = 0;
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    request.resume();
    response.writeHead(201, { 'Content-Type': 'application/json' });
    response.end('{"id":"taken","members":[]}');
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    authorizations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
