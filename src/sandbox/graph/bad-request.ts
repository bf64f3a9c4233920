/** A query that Graph refuses: thrown while its text is read, answered as a 400 by the reader. */
const NAME = 'BadRequest';

export function badRequest(message: string): Error {
  return Object.assign(new Error(message), { name: NAME });
}

export function isBadRequest(error: unknown): error is Error {
  return error instanceof Error && error.name === NAME;
}
