import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import type { NodeAuthOptions } from '@azure/msal-node';
import { isMicrosoftAuthority } from './cloud.ts';
import { ClientCertificateCredential, ClientSecretCredential, ManagedIdentityCredential } from './microsoft.ts';

/** How an app proves to Entra what it is. pem: a private key and its certificate, the certificate's issuers after it. */
export type Credential =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'certificate'; readonly pem: string }
  | { readonly kind: 'managedIdentity' };

export type Registration = {
  /** Without a tenant: https://login.microsoftonline.com */
  readonly authorityUrl: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly credential: Credential;
};

/** For tokens of the app itself. */
export function azureCredential({ authorityUrl, tenantId, clientId, credential }: Registration): TokenCredential {
  const options = {
    authorityHost: authorityUrl,
    disableInstanceDiscovery: !isMicrosoftAuthority(authorityUrl),
    retryOptions: { maxRetries: 1 },
  };
  switch (credential.kind) {
    case 'secret':
      return new ClientSecretCredential(tenantId, clientId, credential.secret, options);
    case 'certificate':
      return new ClientCertificateCredential(tenantId, clientId, { certificate: credential.pem }, options);
    case 'managedIdentity':
      return new ManagedIdentityCredential({ clientId });
  }
}

/** The same for msal, which gets people's tokens. */
export function msalCredential(credential: Credential): Pick<NodeAuthOptions, 'clientSecret' | 'clientCertificate'> {
  if (credential.kind === 'managedIdentity') throw new Error('People cannot sign in to a managed identity.');
  if (credential.kind === 'secret') return { clientSecret: credential.secret };
  const { certificate, privateKey } = readCertificate(credential.pem);
  const thumbprintSha256 = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return { clientCertificate: { thumbprintSha256, privateKey } };
}

/** What is wrong with a certificate's PEM file, in words to mend it by; null when nothing is. */
export function certificateProblem(pem: string, now: number): string | null {
  try {
    const { certificate, privateKey } = readCertificate(pem);
    const key = createPrivateKey(privateKey);
    if (key.asymmetricKeyType !== 'rsa') return 'Entra takes RSA keys only: make a new certificate';
    if (!certificate.checkPrivateKey(key)) return 'the private key is not the one of the first certificate in the file';
    return certificate.validToDate.getTime() <= now ? 'the certificate has expired: make a new one' : null;
  } catch {
    return 'it must hold a private key (PEM, without a password) and its certificate';
  }
}

/** When Entra takes it no more. The file passed `certificateProblem`. */
export function certificateEnd(pem: string): number {
  return readCertificate(pem).certificate.validToDate.getTime();
}

function readCertificate(pem: string): { readonly certificate: X509Certificate; readonly privateKey: string } {
  const block = (kind: string): string =>
    new RegExp(`-----BEGIN ${kind}-----[^-]+-----END ${kind}-----`).exec(pem)?.[0] ?? '';
  const privateKey = block('(?:RSA )?PRIVATE KEY');
  return { certificate: new X509Certificate(block('CERTIFICATE')), privateKey };
}
