// Commits without end and says each activation that the store acknowledged; its parent kills it in the middle.
import { activation, entry, open } from './fixtures.ts';

const [url = '', name = ''] = process.argv.slice(2);
const store = await open(url);
for (let n = 0; ; n++) {
  const id = `${name}-${n}`;
  const won = await store.commit([
    { kind: 'newActivation', activation: activation(id) },
    { kind: 'audit', entry: entry(id) },
  ]);
  // One that reads before it writes: two processes must wait for each other here, not fail.
  await store.commit([{ kind: 'audit', entry: entry('alone') }]);
  if (won) process.stdout.write(`${id}\n`);
}
