import type { Attachment } from 'botbuilder';
import { z } from 'zod';
import type { Rendered } from '../cards/render.ts';
import type { Message } from '../core/message.ts';
import type { Brought } from '../ports/incoming.ts';

/** A sign-in that Teams may do by itself: the wish that waits, and where a person signs in if it cannot. */
type Exchange = { readonly id: string; readonly url: string; readonly text: string };

/** resource: what Teams asks a token for. take: what becomes of one; false when only the person can help. */
export type SingleSignOn = {
  readonly resource: string;
  readonly take: (brought: Brought) => Promise<boolean>;
};

const brought = z.object({ id: z.string().min(1).max(128), token: z.string().min(1).max(16_384) });

/** The value of `signin/tokenExchange`, or of `authentication` in a repeated press. Source: Teams bot SSO, Universal Actions SSO. */
export function readSignOn(value: unknown): { readonly id: string; readonly token: string } | null {
  return brought.safeParse(value).data ?? null;
}

/** Null where only the person can sign in. */
export function exchangeOf(message: Message, { summary }: Pick<Rendered, 'summary'>): Exchange | null {
  if (message.kind !== 'signIn' || message.exchange === undefined || message.url === null) return null;
  return { id: message.exchange, url: message.url, text: summary };
}

/**
 * Teams reads it and asks its own sign-in for a token, without a word to the person; its button is for clients that do
 * not. assumed: the connection's name may be empty, since no connection of the Bot Framework's token service is used.
 */
export function signOnCard(exchange: Exchange, resource: string): Attachment {
  return { contentType: 'application/vnd.microsoft.card.oauth', content: contentOf(exchange, resource) };
}

/** The answer to a press: bring a token and press once more. Source: Universal Actions SSO, invoke response. */
export function loginRequest(exchange: Exchange, resource: string): Record<string, unknown> {
  const type = 'application/vnd.microsoft.activity.loginRequest';
  return { statusCode: 401, type, value: contentOf(exchange, resource) };
}

/** The token did not do: Teams shows the button of its login request. */
export const preconditionFailed = {
  statusCode: 412,
  type: 'application/vnd.microsoft.error.preconditionFailed',
  value: { code: '412', message: 'The sign-in needs the person.' },
} as const;

function contentOf({ id, url, text }: Exchange, resource: string): Record<string, unknown> {
  return {
    text,
    connectionName: '',
    tokenExchangeResource: { id, uri: resource },
    buttons: [{ type: 'signin', title: 'Sign in', value: url }],
  };
}
