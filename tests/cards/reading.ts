/** One JSON object of a card that has a type: an element, a run or an action. */
export type Node = Readonly<Record<string, unknown>> & { readonly type: string };

/** Every typed object of a card in reading order; fallbacks are left to whoever asks for them. */
export function nodes(card: unknown): Node[] {
  if (Array.isArray(card)) return card.flatMap(nodes);
  if (typeof card !== 'object' || card === null) return [];
  const own = 'type' in card && typeof card.type === 'string' ? [card as Node] : [];
  const inner = Object.entries(card).filter(([key]) => key !== 'fallback' && key !== 'data');
  return [...own, ...inner.flatMap(([, value]) => nodes(value))];
}

export function ofType(card: unknown, type: string): Node[] {
  return nodes(card).filter((node) => node.type === type);
}

/** What a person reads on the card, a block a line. */
export function words(card: unknown): string {
  return nodes(card)
    .flatMap((node) => {
      if (node.type === 'TextBlock') return [String(node['text'])];
      if (node.type !== 'RichTextBlock') return [];
      return [(node['inlines'] as Node[]).map((run) => String(run['text'])).join('')];
    })
    .join('\n');
}

export function buttons(card: unknown): Node[] {
  return ofType(card, 'Action.Execute');
}

/** The buttons' titles in order, links included. */
export function titles(card: unknown): string[] {
  return nodes(card)
    .filter((node) => node.type.startsWith('Action.'))
    .map((node) => String(node['title']));
}
