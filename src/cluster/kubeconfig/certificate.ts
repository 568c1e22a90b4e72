import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** A client certificate, which chain may follow, and its key, both PEM. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Why a text is no PEM certificate (or several); undefined if it is. */
export function findCertificateFault(pem: Buffer): string | undefined {
  return readCertificate(pem) === undefined ? 'no certificate can be read in it' : undefined;
}

/** Why a certificate and a key are no pair; undefined if they are. Never says anything of the key. */
export function findPairFault({ cert, key }: KeyPair): string | undefined {
  const certificate = readCertificate(cert);
  if (certificate === undefined) return 'no certificate can be read in the client certificate';
  const privateKey = readKey(key);
  if (privateKey === undefined) return 'the client key cannot be read: is it PEM, and without a passphrase?';
  return certificate.checkPrivateKey(privateKey) ? undefined : 'the client key is not the one of the client certificate';
}

/** What a server would say to the certificate now: a sentence, undefined if it is valid. */
export function findExpiry({ cert }: KeyPair, now: number): string | undefined {
  const certificate = readCertificate(cert);
  if (certificate === undefined) return undefined;
  if (now > Date.parse(certificate.validTo)) return `expired on ${toDay(certificate.validTo)}`;
  return now < Date.parse(certificate.validFrom) ? `is not valid before ${toDay(certificate.validFrom)}` : undefined;
}

/** Whether two pairs are the same bytes. */
export function isSamePair(a: KeyPair, b: KeyPair): boolean {
  return a.cert.equals(b.cert) && a.key.equals(b.key);
}

function toDay(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}

function readCertificate(pem: Buffer): X509Certificate | undefined {
  try {
    return pem.includes('-----BEGIN CERTIFICATE-----') ? new X509Certificate(pem) : undefined;
  } catch {
    return undefined;
  }
}

function readKey(pem: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
