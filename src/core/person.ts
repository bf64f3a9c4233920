/** A person is an Entra object id in a tenant; e-mail and display names are never identity. */
export type Person = { readonly tid: string; readonly oid: string };

/** A person with the display name the directory gave; the name is for reading only. */
export type NamedPerson = { readonly oid: string; readonly name: string };

export function samePerson(a: Person, b: Person): boolean {
  return a.tid === b.tid && a.oid === b.oid;
}
