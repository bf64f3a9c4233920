/** A person is an Entra object id in a tenant; e-mail and display names are never identity. */
export type Person = { readonly tid: string; readonly oid: string };

/** A person with the display name the directory gave; the name is for reading only. */
export type NamedPerson = { readonly oid: string; readonly name: string };

/** Only the identity, of a value that carries more than that. */
export function identityOf({ tid, oid }: Person): Person {
  return { tid, oid };
}
