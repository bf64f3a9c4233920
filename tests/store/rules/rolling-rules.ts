import { describe, expect, test } from '@jest/globals';
import { activation, chat, resume } from '../fixtures.ts';
import type { Stores } from '../fixtures.ts';

function kept(value: unknown): string {
  return `'${JSON.stringify({ shape: 1, value })}'`;
}

/** What the first release writes, with the columns it knows. */
const oldJob = `insert into job (id, due, body, again, lease_by, lease_until, fence, tries)
  values ('resume:a', 10, ${kept(resume('a'))}, 0, null, null, 0, 0)`;
const oldEvent = `insert into event (id, at, oid, settled, place) values ('e', 1, null, 0, ${kept(chat())})`;
const oldActivation = `insert into activation
  (id, short_id, version, tid, oid, target_key, is_over, asked_at, read_at, batch, body)
  values ('a', 'a', 1, 't', 'o', 'k', 0, 1000, 2000, null, ${kept({ ...activation('a'), wish: null })})`;
const oldLease = `update job set again = 0, lease_by = 'old', lease_until = 40, tries = tries + 1, fence = 20
  where id = 'resume:a'`;

export function rollingRules({ store, upgraded, sql }: Stores): void {
  describe('a deploy while the old release runs', () => {
    test('brings the tables of the first release to this one and keeps what is in them', async () => {
      const opened = await upgraded('001-first', [oldActivation, oldJob, oldEvent]);

      expect(await opened.activation('a')).toMatchObject({ id: 'a', targetName: 'Azure Admins' });
      expect((await opened.leaseJobs(10, 'new', 9, 100)).map(({ job }) => job)).toEqual([resume('a')]);
      expect(await opened.unanswered(5)).toHaveLength(1);
      expect(await opened.aliases(activation('a').person)).toEqual([]);
    });

    test('starts again on the tables of a later release, which stay as they are', async () => {
      const opened = await upgraded('008-room-for-leases', [
        'alter table job add column next_count integer not null default 0',
        `insert into kysely_migration (name, timestamp) values ('999-later', '2027-01-01T00:00:00.000Z')`,
      ]);

      await opened.commit([{ kind: 'job', job: resume('a'), due: 10 }]);
      expect((await opened.leaseJobs(10, 'old', 9, 100)).map(({ job }) => job)).toEqual([resume('a')]);
      await sql(`update job set next_count = 1`);
    });

    test('does not start on tables of a release that it does not follow', async () => {
      const unknown = `insert into kysely_migration (name, timestamp) values ('003-lost', '2027-01-01T00:00:00.000Z')`;

      await expect(upgraded('007-copies', [unknown])).rejects.toThrow('cannot be reached or brought to this release');
    });

    test('lets the first release go on writing, leasing and reading beside it', async () => {
      const opened = await store();
      for (const statement of [oldActivation, oldJob, oldEvent, oldLease]) await sql(statement);

      expect(await opened.leaseJobs(39, 'new', 9, 100)).toEqual([]);
      const [taken] = await opened.leaseJobs(40, 'new', 9, 100);
      expect(taken).toMatchObject({ job: resume('a'), doubt: true });
      await sql(`delete from job where id = 'resume:a' and fence = 20 and again = 0`);
      await opened.finishJobs([taken!]);
      expect(await opened.nextJobDue()).toBeNull();
    });
  });
}
