import type { Moment } from '../core/moment.ts';

export type WebRequest = { readonly query: Readonly<Record<string, string>>; readonly now: Moment };

export type WebResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Plain handlers that the web server mounts. */
export type WebRoute = { readonly path: string; readonly handle: (request: WebRequest) => Promise<WebResponse> };
