/**
 * The three functions of the `reflect-metadata` polyfill that @peculiar/x509's dependency container asks for.
 * The container refuses to load without them; it keeps nothing in them that the certificate builder needs.
 */
const metadata = new WeakMap<object, Map<unknown, unknown>>();

function read(key: unknown, target: object): unknown {
  return metadata.get(target)?.get(key);
}

function define(key: unknown, value: unknown, target: object): void {
  const entries = metadata.get(target) ?? new Map<unknown, unknown>();
  metadata.set(target, entries.set(key, value));
}

Object.assign(Reflect, { getMetadata: read, getOwnMetadata: read, defineMetadata: define });
