import type { Request, Response } from 'botbuilder';
import restify from 'restify';

/** A server as the Bot SDK's samples have it: body parser, messages, and an address to see whether it is up. */
export function serve(receive: (request: Request, response: Response) => Promise<void>): void {
  const server = restify.createServer();
  server.use(restify.plugins.bodyParser());
  server.post('/api/messages', async (request, response) => {
    // The two packages name the same optional fields differently.
    await receive(request as Request, response);
  });
  server.get('/readyz', (_request, response, next) => {
    response.send(200, { ok: true });
    next();
  });
  // An ordinary end, so that Node keeps what it compiled.
  process.once('SIGTERM', () => process.exit(0));
  server.listen(Number(process.env['PORT']), '127.0.0.1');
}
