import { backUp } from '../src/store/backup.ts';
import { onDatabase } from './on-database.ts';

/** A copy of the database into a file, while the bot runs or not. */
await onDatabase(
  `Usage: npm run backup -- FILE     copies the SQLite database into FILE, which must not be there yet\n`,
  async (url, [to, ...rest]) => {
    if (to === undefined || rest.length > 0) return null;
    if (!url.startsWith('sqlite:')) return 'PostgreSQL is copied by pg_dump: docs/deploy.md, section 9.';
    await backUp(url.slice('sqlite:'.length), to);
    return `${to} is a whole copy. Restore it with: npm run restore -- ${to}`;
  },
);
