import type { Message } from '../core/message.ts';
import { heldButtons } from './activation.ts';
import { button, link } from './button.ts';
import type { Context, View } from './context.ts';
import { caution, markText, rowCaution } from './odd-names.ts';
import { name, plain, quoted } from './text.ts';
import { said } from './time.ts';

type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>;

const mostChoices = 10;
/** Of the names in an answer so many are looked at. */
const mostNames = 20;
/** A phone shows no more of a button's title than this; a longer name stands above its button as well. */
const mostOnButton = 28;

export function choiceView(message: Of<'choice'>, context: Context): View {
  const options = message.options.slice(0, mostChoices);
  const typed = message.why === 'confirm' ? plain(message.typed, 200) : quoted(message.typed, 80);
  const { title, ask } = choiceWords(message, typed);
  const labels = options.map(({ access, name: called, mark }) => {
    const label = `${access === 'owner' ? 'OWNER of ' : ''}${name(called)}`;
    return mark === undefined ? label : `${label} ${markText(mark)}`;
  });
  const cautions = options.map((option) => rowCaution(option.name));
  return {
    template: 'choice',
    data: {
      title,
      ask,
      options: labels.map((label, index) => ({
        whole: label.length > mostOnButton ? label : '',
        caution: cautions[index] ?? '',
        actions: button(context, 'pick', `${message.id}:${index}`, label),
      })),
      none: button(context, 'dismiss', message.id, 'None of these'),
    },
    say: [title, `${ask} ${labels.join(', ')}`, ...cautions],
  };
}

/** The careful way first. It does not say again what it is about: the chat shows it already. */
export function unsentView({ id }: Of<'unsent'>, context: Context): View {
  const what = 'This looks as if it held a password, a token or a key.';
  const why = 'PIM keeps reasons and tickets, and approvers read them.';
  const next = 'Nothing has been sent yet.';
  const actions = [
    ...button(context, 'dismiss', id, 'Change it', { style: 'positive' }),
    ...button(context, 'pick', `${id}:0`, 'Send as it is'),
  ];
  return {
    template: 'problem',
    data: { what, why, next, examples: [], actions, reference: '' },
    say: [what, why, next],
  };
}

/** Before anything was asked of PIM: whether to go on when it answers again. */
export function outageView({ id, until }: Of<'outage'>, context: Context): View {
  const what = 'PIM does not answer now, or the sign-in before it.';
  const why = 'Nothing has been asked of PIM yet.';
  const next =
    until === null
      ? 'Shall I try again by myself, for an hour, and tell you?'
      : `I keep trying until ${said(context)(until)}, and tell you.`;
  const actions = heldButtons(context, id, { kept: until !== null });
  const data = { what, why, next, examples: [], actions, reference: '' };
  return { template: 'problem', data, say: [what, why, next] };
}

function choiceWords({ why, verb }: Of<'choice'>, typed: string): { readonly title: string; readonly ask: string } {
  switch (why) {
    case 'several':
      return { title: `${typed} can mean several things`, ask: 'Which one?' };
    case 'ownerOnly':
      return {
        title: `You can ${verb} ${typed} only as its OWNER`,
        ask: 'An owner may change the group and who is in it. Is that what you want?',
      };
    case 'confirm':
      return { title: typed, ask: 'Which one?' };
    case 'near':
      return { title: `No group ${typed} that you can ${verb}`, ask: 'Did you mean:' };
  }
}

export function helpView(message: Of<'help'>, context: Context): View {
  const examples = message.examples.slice(0, 4).map((example) => ({ text: plain(example, 110) }));
  const forms = message.forms.slice(0, 22).map(({ form, says }) => ({ form: plain(form, 110), says: plain(says, 80) }));
  return {
    template: 'help',
    data: { examples, forms, actions: button(context, 'list', 'all', 'What can I activate?') },
    say: [
      'What you can write',
      ...examples.map(({ text }) => text),
      ...forms.map(({ form, says }) => `${form}: ${says}`),
    ],
  };
}

export function welcomeView(message: Of<'welcome'>, context: Context): View {
  const examples = message.examples.slice(0, 3).map((example) => ({ text: plain(example, 160) }));
  return {
    template: 'welcome',
    data: { examples, actions: button(context, 'list', 'all', 'What can I activate?') },
    say: ['I get you into privileged groups for as long as you need', ...examples.map(({ text }) => text)],
  };
}

/** open asks for the sign-in, done and expired replace it in place. */
export function signInView(message: Of<'signIn'>): View {
  const words = signInWords(message);
  const open = message.state === 'open' && message.url !== null ? message.url : null;
  const going = message.going === null ? '' : quoted(message.going, 200);
  const odd = caution(message.stepUpFor ?? '');
  return {
    template: 'sign-in',
    data: {
      ...words,
      caution: odd,
      going,
      actions:
        open === null
          ? []
          : [link(open, message.stepUpFor === null ? 'Sign in' : 'Verify and go on', { style: 'positive' })],
    },
    say: [words.title, words.why, `${words.next} ${going}`, odd],
  };
}

function signInWords(message: Of<'signIn'>): { shape: string; title: string; why: string; next: string } {
  const check = message.stepUpFor === null ? null : name(message.stepUpFor);
  if (message.state === 'done') {
    return {
      shape: '✓',
      title: check === null ? 'Signed in' : `Checked for ${check}`,
      why: '',
      next: message.going === null ? 'You can go on.' : 'Going on with:',
    };
  }
  if (message.state === 'expired') {
    return {
      shape: '■',
      title: 'This sign-in ran out',
      why: 'Nothing was done.',
      next: message.going === null ? '' : 'Write it again to start anew:',
    };
  }
  const after = message.going === null ? 'Nothing else is needed.' : 'When you are done I go on by myself with:';
  return check === null
    ? {
        shape: '⚠',
        title: 'Sign in first',
        why: 'PIM takes requests and decisions only from you yourself.',
        next: after,
      }
    : {
        shape: '⚠',
        title: `One more check for ${check}`,
        why: 'Its policy wants a fresh sign-in.',
        next: message.going === null ? 'I go on by myself when you are done.' : after,
      };
}

function oddIn(names: readonly string[] = []): string {
  return caution(...names.slice(0, mostNames));
}

export function noticeView(message: Of<'notice'>): View {
  const odd = oddIn(message.names);
  const lines = [...message.lines.slice(0, 12).map((line) => plain(line, 300)), ...(odd === '' ? [] : [odd])].map(
    (text) => ({ text }),
  );
  const title = plain(message.title, 200);
  return {
    template: 'notice',
    data: {
      shape: message.shape,
      title,
      lines,
      actions: message.link === undefined ? [] : [link(message.link.url, message.link.title)],
    },
    say: [title, ...lines.map(({ text }) => text)],
  };
}

export function problemView(message: Of<'problem'>, context: Context): View {
  const what = plain(message.what, 300);
  const odd = oddIn(message.names);
  const why = [message.why === null ? '' : plain(message.why, 500), odd].filter((text) => text !== '').join(' ');
  const next = message.next === null ? '' : plain(message.next, 500);
  const examples = message.examples.slice(0, 5).map((example) => ({ text: plain(example, 160) }));
  const pressed = message.button;
  return {
    template: 'problem',
    data: {
      what,
      why,
      next,
      examples,
      actions: [
        ...(pressed === null ? [] : button(context, pressed.verb, pressed.id, pressed.title, { style: 'positive' })),
        ...(message.link === null ? [] : [link(message.link.url, message.link.title)]),
      ],
      reference: message.reference === null ? '' : `Reference ${plain(message.reference, 60)}`,
    },
    say: [what, why, next, ...examples.map(({ text }) => text)],
  };
}
