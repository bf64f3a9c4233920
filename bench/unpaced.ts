/**
 * Loaded before the bot (`node --import`): takes away the pace at which Teams accepts messages, so that a benchmark shows
 * what the program can do and not what Teams allows. Everything else is as it is.
 */
import { registerHooks } from 'node:module';

const paced = 'const tenant: Limit = { most: 30, ms: 1_000 };';

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/src/core/pace.ts')) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString();
    if (!source.includes(paced)) throw new Error('the limit of the tenant is not where it was');
    return { ...loaded, source: source.replace(paced, 'const tenant: Limit = { most: 1_000_000, ms: 1_000 };') };
  },
});
