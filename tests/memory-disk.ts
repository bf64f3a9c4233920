import { statfsSync } from 'node:fs';

const enough = 2 * 1024 ** 3;

/**
 * Hundreds of databases are made and forgotten by the tests, and each waits for the disk at every write. Where the system
 * has a roomy memory disk they wait for that; what a test says about kills does not depend on the disk. TMPDIR wins.
 */
// eslint-disable-next-line no-restricted-exports -- Jest calls the default export of its global set-up
export default function useMemoryDisk(): void {
  if (process.env['TMPDIR'] === undefined && room('/dev/shm') > enough) process.env['TMPDIR'] = '/dev/shm';
}

function room(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
