import type { Moment } from '../core/moment.ts';

export type WebRequest = { readonly query: Readonly<Record<string, string>>; readonly now: Moment };

export type WebResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parts are sent as the reader takes them. */
  readonly body: string | AsyncIterable<string>;
};

/** Plain handlers that the web server mounts. */
export type WebRoute = { readonly path: string; readonly handle: (request: WebRequest) => Promise<WebResponse> };
