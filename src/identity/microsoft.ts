import { createRequire } from 'node:module';
import type * as Azure from '@azure/identity';
import type * as Msal from '@azure/msal-node';

/**
 * The Bot SDK loads these as CommonJS. An import would load their other build beside it, with all that it stands on: 300
 * files more at each start.
 */
const load = createRequire(import.meta.url);

export const {
  ClientCertificateCredential,
  ClientSecretCredential,
  CredentialUnavailableError,
  ManagedIdentityCredential,
} = load('@azure/identity') as typeof Azure;
export const { AuthError, ConfidentialClientApplication, InteractionRequiredAuthError, ServerError } = load(
  '@azure/msal-node',
) as typeof Msal;
