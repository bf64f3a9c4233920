import type { Person } from '../core/person.ts';
import type { Clock, SignIn, Store, WebRoute } from '../ports.ts';
import { authority } from './authority.ts';
import type { IdentityConfig } from './authority.ts';
import { readClaims } from './claims.ts';
import { personTokens } from './person-tokens.ts';
import type { Random } from './seal.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { writeLink } from './start-link.ts';
import { stepUpTokens } from './step-up-tokens.ts';
import type { StepUpTokens } from './step-up-tokens.ts';

export type SignInConfig = IdentityConfig & {
  readonly publicUrl: string;
  /** 32 bytes; seals tokens, pending sign-ins and links. */
  readonly key: Uint8Array;
};

export type SignInOptions = {
  readonly store: Pick<Store, 'tokens' | 'saveTokens' | 'deleteTokens' | 'savePendingSignIn' | 'takePendingSignIn'>;
  readonly config: SignInConfig;
  readonly clock: Clock;
  readonly random: Random;
  /** Called once the tokens are kept: wakes what waited. */
  readonly onSignedIn: (person: Person, parkedId: string) => Promise<void>;
  /** The name the person signs in with, so that no other account is offered first; null when it is not known. */
  readonly loginHint?: (person: Person) => Promise<string | null>;
};

export type SignInService = SignIn & {
  /** The person's own token for Graph; null when the person has to sign in. refused: Graph did not take this one. */
  readonly tokenOf: (person: Person, refused?: string) => Promise<string | null>;
  /** The tokens of people who passed a check here, in this process. */
  readonly stepUps: Pick<StepUpTokens, 'of' | 'taken' | 'refused'>;
  readonly routes: readonly WebRoute[];
};

/** Sign-in by authorization code with PKCE. All times here are wall time: tokens live in the real world. */
export function signIn(options: SignInOptions): SignInService {
  const { config, clock, random, store } = options;
  const entra = authority(config, clock);
  const tokens = personTokens({ store, authority: entra, key: config.key, clock, random });
  const stepUps = stepUpTokens(clock);

  return {
    has: (person) => tokens.has(person),
    verified: (person, claims) => Promise.resolve(stepUps.of(person, claims) !== null),
    link: async (person, parkedId, claims) => {
      const checked = claims === null ? null : readClaims(claims);
      if (claims !== null && checked === null) throw new Error('The claims of a step-up are no claims request.');
      const text = writeLink(config.key, { person, parkedId, claims: checked }, clock.wall(), random);
      return Promise.resolve(`${config.publicUrl}/auth/start?s=${text}`);
    },
    forget: async (person) => {
      stepUps.forget(person);
      await tokens.forget(person);
    },
    tokenOf: (person, refused) => tokens.current(person, refused),
    stepUps,
    routes: signInRoutes({ ...options, authority: entra, tokens, stepUps }),
  };
}
