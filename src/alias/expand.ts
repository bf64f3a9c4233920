import type { Command } from '../language/command.ts';
import { nameKey, sameLook } from '../language/names.ts';
import type { Alias } from '../ports/store.ts';

/** The aliases that mean something to this person: their own before a shared one, none that looks like the name of a target. */
export function usableAliases(aliases: readonly Alias[], targetNames: readonly string[]): readonly Alias[] {
  const ownFirst = aliases.toSorted((a, b) => Number(a.owner === null) - Number(b.owner === null));
  const byKey = new Map<string, Alias>();
  for (const alias of ownFirst) {
    if (!byKey.has(alias.key) && !targetNames.some((name) => sameLook(name, alias.name))) byKey.set(alias.key, alias);
  }
  return [...byKey.values()];
}

/** The command with every alias in place of which stand the groups it means, each of them once. */
export function expandAliases(command: Command, aliases: readonly Alias[]): Command {
  if (!('groups' in command) || aliases.length === 0) return command;
  const meaning = new Map(aliases.map(({ key, groups }) => [key, groups]));
  const groups = new Map<string, string>();
  for (const name of command.groups.flatMap((typed) => meaning.get(nameKey(typed)) ?? [typed])) {
    if (!groups.has(nameKey(name))) groups.set(nameKey(name), name);
  }
  return { ...command, groups: [...groups.values()] };
}
