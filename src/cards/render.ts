import type { Message } from '../core/message.ts';
import { activationView } from './activation.ts';
import { announcementView } from './announcement.ts';
import {
  choiceView,
  helpView,
  noticeView,
  outageView,
  problemView,
  signInView,
  unsentView,
  welcomeView,
} from './answer.ts';
import { approvalView } from './approval.ts';
import { formView, offerView } from './compose.ts';
import type { Context, View } from './context.ts';
import { batchView, listView, statusView } from './list.ts';
import { questionView } from './question.ts';
import { expand } from './template.ts';
import { inert, plain, sentence } from './text.ts';

/** card: an Adaptive Card 1.5. summary: one line of plain text for the notification. aside: one for whoever picks the card. */
export type Rendered = { readonly card: Record<string, unknown>; readonly summary: string; readonly aside: string };

/** Any message as a card for one reader. Pure apart from the templates, which were read at start. */
export function render(message: Message, context: Context): Rendered {
  const view = viewOf(message, context);
  const sentences = view.say.map((text) => inert(text.trim())).filter((text) => text !== '');
  const spoken = sentences.map((text) => (/[.…?:!]”?$/u.test(text) ? sentence(text) : `${sentence(text)}.`)).join(' ');
  return {
    card: expand(view.template, { ...view.data, spoken: plain(spoken, 800) }),
    summary: plain(sentences[0] ?? '', 300),
    aside: plain(inert(view.aside ?? ''), 200),
  };
}

function viewOf(message: Message, context: Context): View {
  switch (message.kind) {
    case 'activation':
      return activationView(message.activation, context);
    case 'approval':
      return approvalView(message, context);
    case 'announcement':
      return announcementView(message.activation, message.showJustification, context);
    case 'question':
      return questionView(message, context);
    case 'choice':
      return choiceView(message, context);
    case 'outage':
      return outageView(message, context);
    case 'unsent':
      return unsentView(message, context);
    case 'list':
      return listView(message, context);
    case 'batch':
      return batchView(message, context);
    case 'offer':
      return offerView(message, context);
    case 'form':
      return formView(message, context);
    case 'status':
      return statusView(message.activations, context);
    case 'help':
      return helpView(message, context);
    case 'welcome':
      return welcomeView(message, context);
    case 'signIn':
      return signInView(message);
    case 'notice':
      return noticeView(message);
    case 'problem':
      return problemView(message, context);
  }
}
