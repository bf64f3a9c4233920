import { markRestored, restore } from '../src/store/backup.ts';
import { onDatabase } from './on-database.ts';

/** Puts a copy in the place of a database that is gone; the next start goes on from it without repeating the past. */
await onDatabase(
  `Usage: npm run restore -- FILE     puts FILE where the SQLite database was, which must be moved away before
       npm run restore             says of a PostgreSQL database that it was restored\n`,
  async (url, [copy, ...rest]) => {
    const isSqlite = url.startsWith('sqlite:');
    if (isSqlite === (copy === undefined) || rest.length > 0) return null;
    if (copy === undefined) await markRestored(url);
    else await restore(copy, url.slice('sqlite:'.length));
    return 'Start Jitney: it reads what is open from PIM, and repeats nothing that waited in the copy.';
  },
);
