import { CardFactory } from 'botbuilder';
import type { Activity, Attachment } from 'botbuilder';
import type { Rendered } from '../cards/render.ts';
import type { Message } from '../core/message.ts';
import type { Place } from '../core/place.ts';
import type { Chat, Delivery, Reader } from '../ports/chat.ts';
import type { Clock, Log } from '../ports/ports.ts';
import type { Connector, OpenConnector } from './connector.ts';
import { isRefusedContent, toDelivery } from './delivery.ts';
import { exchangeOf, signOnCard } from './sign-on.ts';

/** What is put into the chat, and the one line that stands for it. */
type Shown = { readonly attachment: Attachment; readonly summary: string };

export type ChatOptions = {
  /** What Teams' single sign-on asks a token for; null where it is not used. */
  readonly resource: string | null;
  readonly open: OpenConnector;
  readonly outsiders: Chat['outsiders'];
  readonly render: (message: Message, reader: Reader, chat: string) => Rendered;
  readonly log: Log;
  readonly clock: Clock;
};

/** Chat over the Bot connector that each place names. Every address is checked again here: it comes from the store. */
export function createChat({ open, outsiders, resource, render, log, clock }: ChatOptions): Chat {
  async function deliver(
    to: Place,
    shown: Shown,
    what: 'send' | 'update',
    put: (connector: Connector, activity: Partial<Activity>) => Promise<string | null>,
  ): Promise<Delivery> {
    try {
      const connector = await open(to.serviceUrl);
      if (connector === null) {
        log.warn('chat.address.refused', { conversationId: to.conversationId });
        return { kind: 'gone', why: 'serviceUrl not allowed' };
      }
      return { kind: 'delivered', activityId: await putOrShorten(connector, to, shown, put) };
    } catch (error) {
      const delivery = toDelivery(error, what, clock);
      if (delivery.kind !== 'delivered') log.warn('chat.undelivered', { what, kind: delivery.kind, why: delivery.why });
      return delivery;
    }
  }

  function show(to: Place, message: Message, reader: Reader): Shown {
    const rendered = render(message, reader, to.conversationId);
    const exchange = exchangeOf(message, rendered);
    const attachment =
      exchange === null || resource === null ? CardFactory.adaptiveCard(rendered.card) : signOnCard(exchange, resource);
    return { attachment, summary: rendered.summary };
  }

  return {
    outsiders,
    send: (to, message, reader, again = false) => {
      const shown = show(to, message, reader);
      return deliver(to, again ? marked(shown) : shown, 'send', (connector, activity) =>
        connector.send(to.conversationId, activity),
      );
    },
    update: (to, activityId, message, reader) =>
      deliver(to, show(to, message, reader), 'update', async (connector, activity) => {
        await connector.update(to.conversationId, activityId, { ...activity, id: activityId });
        return activityId;
      }),
  };
}

/** A card that the connector does not take is said in one line instead, so that the person is not left without. */
async function putOrShorten(
  connector: Connector,
  to: Place,
  shown: Shown,
  put: (connector: Connector, activity: Partial<Activity>) => Promise<string | null>,
): Promise<string | null> {
  try {
    return await put(connector, cardActivity(to, shown));
  } catch (error) {
    if (!isRefusedContent(error)) throw error;
    return await put(connector, { ...addressed(to), text: shown.summary, textFormat: 'plain' });
  }
}

function cardActivity(to: Place, { attachment, summary }: Shown): Partial<Activity> {
  return { ...addressed(to), attachments: [attachment], summary };
}

const sentAgain = 'Sent once more, as I do not know whether it arrived before.';

/**
 * The connector knows no repeated message, so the reader is told of one: on the card itself, because Teams makes two
 * messages of a text and a card and gives the id of neither, and then the card could never be updated.
 */
function marked({ attachment, summary }: Shown): Shown {
  const content = attachment.content as { readonly body?: readonly unknown[]; readonly text?: string };
  const line = { type: 'TextBlock', text: sentAgain, size: 'Small', isSubtle: true, wrap: true };
  const told =
    content.body === undefined ? { text: `${content.text ?? ''} ${sentAgain}` } : { body: [...content.body, line] };
  return { attachment: { ...attachment, content: { ...content, ...told } }, summary: `${summary} ${sentAgain}` };
}

function addressed(to: Place): Partial<Activity> {
  return {
    type: 'message',
    from: { id: to.botId, name: '' },
    conversation: { id: to.conversationId, tenantId: to.tid } as Activity['conversation'],
  };
}
