import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('run.ts', import.meta.url));

/** In a process of its own, whose memory and handles are its own. `npm run scale` has the real sizes. */
test.each([
  ['groups', 'somebody who may activate many groups'],
  ['approvers', 'a request that many may decide on'],
  ['ends', 'activations that all end in the same second'],
  ['day', 'a day full of messages, and the week after it'],
])(
  '%s: %s',
  async (part) => {
    const node = ['--disable-warning=ExperimentalWarning', program, '--small', part];
    const { stdout } = await promisify(execFile)(process.execPath, node);
    expect(JSON.parse(stdout)).toMatchObject({ scale: part });
  },
  120_000,
);
