import { anybody, isPressedElsewhere } from '../core/button.ts';
import type { Verb } from '../core/message.ts';
import type { Context } from './context.ts';
import { plain } from './text.ts';

export type Action = Readonly<Record<string, unknown>>;

type Look = {
  readonly style?: 'positive' | 'destructive';
  /** True sends the card's inputs along and holds the click back while a required one is empty. */
  readonly inputs?: boolean;
  /** What an approver reads; the decision covers just this. */
  readonly content?: string;
};

/**
 * One button as Action.Execute with an Action.Submit for clients that do not know it. Its data is the verb, the id and
 * their seal for this reader, nothing else. A room has no buttons: nobody in particular could be meant.
 */
export function button(context: Context, verb: Verb, id: string, title: string, look: Look = {}): Action[] {
  const reader = context.reader.oid;
  if (reader === null) return [];
  const shared = {
    title: plain(title, 40),
    data: dataOf(context, verb, id, reader, look.content),
    associatedInputs: look.inputs ? 'auto' : 'none',
    ...(look.style ? { style: look.style } : {}),
  };
  return [{ type: 'Action.Execute', verb, ...shared, fallback: { type: 'Action.Submit', ...shared } }];
}

/** The one button that anybody in a room may press: whoever does gets a question of their own, in their own chat. */
export function openButton(context: Context, verb: 'ask', id: string, title: string): Action[] {
  return button({ ...context, reader: { ...context.reader, oid: anybody } }, verb, id, title);
}

/** Sends the inputs of a card that stands in a window of its own; there Teams knows no Action.Execute. */
export function submit(context: Context, verb: Verb, id: string, title: string): Action[] {
  const reader = context.reader.oid;
  if (reader === null) return [];
  return [{ type: 'Action.Submit', title, data: dataOf(context, verb, id, reader), style: 'positive' }];
}

function dataOf(
  context: Context,
  verb: Verb,
  id: string,
  reader: string,
  content = '',
): Readonly<Record<string, string>> {
  const chat = isPressedElsewhere(verb) ? '' : context.chat;
  return { verb, id, seal: context.seal({ verb, id, reader, chat, content }, context.now) };
}

/** A link that opens in the browser: https, or http to this machine (the sandbox). */
export function link(url: string, title: string, look: Look = {}): Action {
  const target = new URL(url);
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(target.hostname);
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && loopback)) {
    throw new Error(`A card cannot link to ${target.protocol} addresses.`);
  }
  return {
    type: 'Action.OpenUrl',
    title: plain(title, 40),
    url: target.href,
    ...(look.style ? { style: look.style } : {}),
  };
}

/** Shows and hides the element with the id "more". */
export function more(): Action {
  return { type: 'Action.ToggleVisibility', title: 'More', targetElements: ['more'] };
}
