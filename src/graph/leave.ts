import { subscribe } from 'node:diagnostics_channel';

type Leaving = { readonly isLate: () => boolean; turnedBack: boolean };

const leaving = new Map<string, Leaving>();

/** What unlessLate() throws for a write that did not leave. */
export class TooLate extends Error {}

/**
 * A process may stand still between handing a request to fetch and writing it to a connection, for as long as a name, a
 * connection and a handshake take. So a write is looked at once more right before its first byte, in the same turn of the
 * event loop. Source: undici, DiagnosticsChannel, `undici:client:sendHeaders`.
 */
subscribe('undici:client:sendHeaders', (message) => {
  const { headers, socket } = message as { readonly headers: string; readonly socket: { destroy(error: Error): void } };
  const [, id = ''] = /^client-request-id: *(.+?)\r?$/im.exec(headers) ?? [];
  const write = leaving.get(id);
  if (write?.isLate() !== true) return;
  write.turnedBack = true;
  socket.destroy(new TooLate());
});

/** Sends what carries this client-request-id, unless it is late when its first byte is due. */
export async function unlessLate<T>(
  clientRequestId: string,
  isLate: () => boolean,
  send: () => Promise<T>,
): Promise<T> {
  const write: Leaving = { isLate, turnedBack: false };
  leaving.set(clientRequestId, write);
  try {
    return await send();
  } catch (cause) {
    throw write.turnedBack ? new TooLate('the time of this write was over', { cause }) : cause;
  } finally {
    leaving.delete(clientRequestId);
  }
}
