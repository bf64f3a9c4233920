/** A text as an OData string literal: in single quotes, the quotes inside doubled. */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A path segment that may come from outside. */
export function segment(value: string): string {
  return encodeURIComponent(value);
}

/** A path with its query options; every value is percent-encoded, because the Graph client sends options as they are. */
export function address(path: string, options: Readonly<Record<string, string | number>> = {}): string {
  const query = Object.entries(options).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}
