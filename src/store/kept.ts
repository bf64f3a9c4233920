/** A value as JSON text, marked with the shape it was written in. */
export type Kept<T> = string & { readonly keptAs?: T };

const shape = 1;

export function keep<T>(value: T): Kept<T> {
  return JSON.stringify({ shape, value });
}

/** The one cast of the store: these texts were written by keep() and by nothing else. Throws on a shape of a newer release. */
export function unkeep<T>(kept: Kept<T>): T {
  const read = JSON.parse(kept) as { readonly shape: number; readonly value: T };
  if (read.shape !== shape)
    throw new Error(`the database holds a value of shape ${read.shape}; this release reads ${shape}`);
  return read.value;
}
