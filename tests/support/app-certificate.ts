import { webcrypto } from 'node:crypto';
import '../../src/sandbox/reflect-metadata.ts';

const day = 86_400_000;
const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;
const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export type AppCertificate = {
  /** What is uploaded to the app's registration. */
  readonly certificate: string;
  readonly key: string;
  /** What the app holds: both in one file. */
  readonly pem: string;
};

/** A certificate as an operator makes one with openssl, valid for so many days from now. */
export async function makeAppCertificate({
  days = 30,
  kind = 'rsa',
}: { days?: number; kind?: 'rsa' | 'ec' } = {}): Promise<AppCertificate> {
  // Not at the top: Jest runs packages before the modules that import them, and this one needs what is imported above.
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = kind === 'rsa' ? rsa : curve;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=jitney',
    notBefore: new Date(now - 60 * day),
    notAfter: new Date(now + days * day),
    keys,
    signingAlgorithm: algorithm,
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  const key = ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
  const certificate = `${made.toString('pem')}\n`;
  return { certificate, key, pem: key + certificate };
}
