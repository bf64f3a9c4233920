/** What an adapter throws where its port has no place for a problem: it could not ask, so there nothing happened. */
export function isOutage(error: unknown): boolean {
  const { name, problem } = (error ?? {}) as {
    readonly name?: unknown;
    readonly problem?: { readonly kind?: unknown };
  };
  return name === 'AuthorityUnavailable' || problem?.kind === 'unavailable';
}

/** Expected refusals of PIM and of what stands before it; all else is an exception. */
export type PimProblem =
  | { readonly kind: 'signIn' }
  /** The operator has switched off everything that changes something; PIM was not asked. */
  | { readonly kind: 'readOnly' }
  /** claims: the challenge as JSON text, to be sent to the authorize endpoint; null when PIM gave none (MfaRule). */
  | { readonly kind: 'stepUp'; readonly claims: string | null }
  | { readonly kind: 'exists' }
  | { readonly kind: 'pending' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'tooShort' }
  | { readonly kind: 'policy'; readonly rules: readonly string[] }
  | { readonly kind: 'notEligible' }
  | { readonly kind: 'forbidden'; readonly message: string }
  /** The app registration lacks a permission, or nobody consented to it. */
  | { readonly kind: 'consent'; readonly message: string }
  | { readonly kind: 'licence' }
  /** PIM changes it at this moment. */
  | { readonly kind: 'locked' }
  /** PIM does not accept the start or the end. */
  | { readonly kind: 'schedule' }
  /** PIM does not know the group as one that it manages. */
  | { readonly kind: 'unknownTarget' }
  /** PIM calls what it was sent invalid: it does not fit what is there, or is a defect of ours. */
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'conflict' }
  /** Not accepted, nothing happened; may be tried again after that many ms. */
  | { readonly kind: 'unavailable'; readonly afterMs: number | null }
  /** The answer was lost: it may have happened. Read back before anything else. */
  | { readonly kind: 'unclear' }
  /** It was held up until its time was over, or somebody else made it meanwhile: it did not leave, and never will. */
  | { readonly kind: 'late' }
  | { readonly kind: 'other'; readonly status: number; readonly code: string; readonly message: string };
