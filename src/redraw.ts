import { tooLate } from './activate/answers.ts';
import { formTooOld } from './activate/form.ts';
import { noSuchRequest } from './approve/rule.ts';
import type { Click, Clicked } from './clicks.ts';
import { replaced, said } from './clicks.ts';
import { notice } from './core/message.ts';
import type { Message } from './core/message.ts';
import { refusal } from './core/refusal.ts';
import { notYours } from './deactivate/end.ts';
import type { Ports } from './ports/ports.ts';
import { list } from './status/status.ts';

/** A button that is too old does nothing; its card comes anew, as things are now, with buttons that work. */
export async function redraw(ports: Ports, click: Click): Promise<Clicked> {
  const { actor, verb, id } = click;
  switch (verb) {
    case 'approve':
    case 'deny':
    case 'denyForm':
    case 'decideForm':
      return approval(ports, click);
    case 'cancel':
    case 'end':
    case 'endLater':
    case 'lengthen':
    case 'again':
    case 'keepTrying':
    case 'letGo':
      return ownCard(ports, click);
    case 'retry': {
      const activations = (await ports.store.activationsOfBatch(id)).filter(({ person }) => person.oid === actor.oid);
      return activations.length === 0 ? said(notYours()) : anew({ kind: 'batch', id, activations });
    }
    case 'list':
    case 'page':
    case 'activate':
    case 'endTarget':
      return anew(await list(ports, actor, undefined));
    case 'answer':
    case 'dismiss':
    case 'pick':
    case 'extend':
    case 'renew':
    case 'noRenewal':
      return replaced(tooLate());
    case 'fill':
      return said(formTooOld());
    case 'ask':
      return said(
        refusal('The card you pressed is too old.', {
          rule: 'A card for activating works for a limited time; nothing was asked of PIM.',
          owner: 'jitney',
          next: 'Say “list” to see what you can activate.',
        }),
      );
  }
}

async function approval(ports: Ports, { actor, id }: Click): Promise<Clicked> {
  const activation = await ports.store.activation(id);
  const isAsked = activation?.approvers.some(({ oid }) => oid === actor.oid) && activation.person.oid !== actor.oid;
  if (!activation || !isAsked) return said(noSuchRequest());
  const waits = activation.phase === 'waiting' && activation.ruling === null;
  return replaced({ kind: 'approval', activation, form: 'decide', note: waits ? old : null });
}

async function ownCard(ports: Ports, { actor, id }: Click): Promise<Clicked> {
  const activation = await ports.store.activation(id);
  if (activation?.person.oid !== actor.oid || activation.person.tid !== actor.tid) return said(notYours());
  return anew({ kind: 'activation', activation });
}

const old = 'This card had grown old, so nothing was done. Here it is anew.';

function anew(card: Message): Clicked {
  return {
    card,
    said: [notice('○', 'That card had grown old, so nothing was done.', 'It is fresh now: press again.')],
  };
}
