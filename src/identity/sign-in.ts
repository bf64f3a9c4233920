import type { Person } from '../core/person.ts';
import type { Clock, Log } from '../ports/ports.ts';
import type { SignIn } from '../ports/sign-in.ts';
import type { Store } from '../ports/store.ts';
import type { WebResponse, WebRoute } from '../ports/web.ts';
import { authority } from './authority.ts';
import type { IdentityConfig } from './authority.ts';
import { readClaims } from './claims.ts';
import { personTokens } from './person-tokens.ts';
import type { Random } from './seal.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { singleSignOn } from './single-sign-on.ts';
import { writeLink } from './start-link.ts';
import { stepUpTokens } from './step-up-tokens.ts';
import type { StepUpTokens } from './step-up-tokens.ts';

export type SignInConfig = IdentityConfig & {
  readonly publicUrl: string;
  /** 32 bytes each; the first one seals tokens, pending sign-ins and links, the others still open them. */
  readonly keys: readonly [Uint8Array, ...Uint8Array[]];
  /** How long a sign-in is kept; 0: for the life of its access token, without a refresh token. */
  readonly keptHours: number;
  /** Application ID URI of the registration, for Teams' single sign-on; null where people sign in by the card only. */
  readonly resource: string | null;
};

export type SignInOptions = {
  readonly store: Pick<Store, 'tokens' | 'saveTokens' | 'deleteTokens' | 'savePendingSignIn' | 'takePendingSignIn'>;
  readonly config: SignInConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /**
   * Called once the tokens are kept: wakes what waited. What comes back is the answer to the browser; null: a page that
   * sends the person back to Teams. gone: the person came for something that was given out already, or too late.
   */
  readonly onSignedIn: (person: Person, parkedId: string) => Promise<WebResponse | 'gone' | null>;
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
  const { config, clock, log, random, store } = options;
  const entra = authority(config, clock);
  const tokens = personTokens({
    store,
    authority: entra,
    keys: config.keys,
    keptHours: config.keptHours,
    clock,
    random,
  });
  const stepUps = stepUpTokens(clock);
  const { clientId, resource } = config;
  const signOn = resource === null ? null : singleSignOn({ authority: entra, clock, clientId, resource });

  return {
    silent: signOn !== null,
    exchange: async (person, token) => {
      const cache = (await signOn?.(person, token)) ?? null;
      if (cache === null) {
        log.warn('signIn.refused', { actor: person.oid, why: 'exchange' });
        return false;
      }
      await tokens.keep(person, cache);
      log.info('signIn.done', { actor: person.oid, check: false });
      return true;
    },
    has: (person) => tokens.has(person),
    verified: (person, claims) => Promise.resolve(stepUps.of(person, claims) !== null),
    link: async (person, parkedId, claims) => {
      const checked = claims === null ? null : readClaims(claims);
      if (claims !== null && checked === null) throw new Error('The claims of a step-up are no claims request.');
      const text = writeLink(config.keys[0], { person, parkedId, claims: checked }, clock.wall(), random);
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
