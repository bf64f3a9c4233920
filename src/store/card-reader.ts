import type { CardReader } from '../ports/job.ts';

/** One text for a reader: a column of the cards and a part of a job's id. */
export function readerKey(reader: CardReader): string {
  switch (reader.kind) {
    case 'requester':
      return 'requester';
    case 'approver':
      return `approver:${reader.oid}`;
    case 'channel':
      return `channel:${reader.conversationId}`;
  }
}

export function readReaderKey(key: string): CardReader {
  const [kind, ...rest] = key.split(':');
  const id = rest.join(':');
  if (kind === 'requester') return { kind };
  return kind === 'approver' ? { kind, oid: id } : { kind: 'channel', conversationId: id };
}
