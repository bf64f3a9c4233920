import type { IncomingMessage } from 'node:http';

/** Teams messages end near 100 KB; this leaves room and no more. */
const bodyLimit = 256 * 1024;

const patienceMs = 10_000;
const maximumDepth = 32;

export type Body =
  { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'refused'; readonly status: number };

/**
 * Reads one JSON body. Refused with 415 (not plain JSON), 413 (too long), 408 (too slow), 400 (not JSON, too deep, cut off).
 * Compressed bodies are refused because their size is not known before they are unpacked. A key named __proto__ is dropped.
 */
export async function readJson(request: IncomingMessage): Promise<Body> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' || (request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    return { kind: 'refused', status: 415 };
  }
  const bytes = await readBytes(request);
  return typeof bytes === 'number' ? { kind: 'refused', status: bytes } : parse(bytes);
}

function parse(bytes: Buffer): Body {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text, (key, inner: unknown) => (key === '__proto__' ? undefined : inner));
    return isDeeper(value, maximumDepth) ? { kind: 'refused', status: 400 } : { kind: 'json', value };
  } catch {
    return { kind: 'refused', status: 400 };
  }
}

function isDeeper(value: unknown, than: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return than === 0 || Object.values(value).some((inner) => isDeeper(inner, than - 1));
}

/** The bytes, or the status that says why not. What still comes after an answer Node throws away, for as long as a request may take. */
function readBytes(request: IncomingMessage): Promise<Buffer | number> {
  if (Number(request.headers['content-length']) > bodyLimit) return Promise.resolve(413);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => settle(408), patienceMs);
    function settle(result: Buffer | number): void {
      clearTimeout(timer);
      request.off('data', onData);
      request.resume();
      resolve(result);
    }
    function onData(chunk: Buffer): void {
      length += chunk.length;
      chunks.push(chunk);
      if (length > bodyLimit) settle(413);
    }
    request.on('data', onData);
    request.once('end', () => settle(Buffer.concat(chunks)));
    request.once('error', () => settle(400));
    request.once('close', () => settle(400));
  });
}
