/**
 * Loaded into the bot by `node --import`, in tests alone: at SIGUSR2 its database may not grow any more, as if the disk were
 * full, and at the next one it may again.
 */
import { DatabaseSync } from 'node:sqlite';

const connections = new Set<DatabaseSync>();
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with the database that it is asked of
const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (sql: string) {
  connections.add(this);
  return prepare.call(this, sql);
};

let isFull = false;
process.on('SIGUSR2', () => {
  isFull = !isFull;
  // Less than there is means as much as there is.
  for (const connection of connections) connection.exec(`pragma max_page_count = ${isFull ? 1 : 4_294_967_294}`);
  process.stderr.write(`the disk ${isFull ? 'is full' : 'has room'}\n`);
});
