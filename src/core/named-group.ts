import type { Access } from './target.ts';

/** A group that a person may ask about; eligible: as what the person may activate it, empty for who only approves or owns it. */
export type NamedGroup = { readonly groupId: string; readonly name: string; readonly eligible: readonly Access[] };
