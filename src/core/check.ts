/** What a person must prove beyond who they are before something goes on. claims: the challenge as JSON text. */
export type Check = { readonly claims: string; readonly targetName: string };

/**
 * The challenge that PIM would make for a policy's authentication context, in the spelling of PIM's own.
 * Source: claims challenges and the authentication context; "acrs".
 */
export function contextClaims(context: string): string {
  return JSON.stringify({ access_token: { acrs: { essential: true, value: context } } });
}
