import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { WireReader } from './wire-reader.ts';

/** A public key of SSH, of those that can be judged. */
export interface SshKey {
  /** Whether a signature (RFC 4253, section 6.6) is this key's, of these bytes. */
  readonly isSignedBy: (signed: Uint8Array, signature: Buffer) => boolean;
}

const CURVES: Readonly<Record<string, { readonly crv: string; readonly bytes: number; readonly hash: string }>> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', bytes: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { crv: 'P-384', bytes: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { crv: 'P-521', bytes: 66, hash: 'sha512' },
};
/** RSA with SHA-1 is trusted by nobody any more (RFC 8332). */
const RSA_HASHES: Readonly<Record<string, string>> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };

/** Kinds of keys that can be judged, for people. */
export const SSH_KEY_TYPES: readonly string[] = ['ssh-ed25519', 'ssh-rsa', ...Object.keys(CURVES)];

/** The key of a blob (RFC 4253, 5656, 8709); undefined for one that is none, or of another kind. */
export function readSshKey(blob: Buffer): SshKey | undefined {
  const reader = new WireReader(blob);
  const type = reader.string()?.toString('latin1') ?? '';
  try {
    const key = type === 'ssh-ed25519' ? readEd25519(reader) : type === 'ssh-rsa' ? readRsa(reader) : readEcdsa(type, reader);
    return reader.isAtEnd ? key : undefined;
  } catch {
    return undefined;
  }
}

function readEd25519(reader: WireReader): SshKey | undefined {
  const x = reader.string();
  if (x?.length !== 32) return undefined;
  const key = fromJwk({ kty: 'OKP', crv: 'Ed25519', x: toBase64url(x) });
  return { isSignedBy: (signed, signature) => toSigned(signature, 'ssh-ed25519', (bytes) => verify(null, signed, key, bytes)) };
}

function readRsa(reader: WireReader): SshKey | undefined {
  const [e, n] = [reader.natural(), reader.natural()];
  if (e === undefined || n === undefined) return undefined;
  const key = fromJwk({ kty: 'RSA', n: toBase64url(n), e: toBase64url(e) });
  return {
    isSignedBy: (signed, signature) =>
      Object.entries(RSA_HASHES).some(([type, hash]) => toSigned(signature, type, (bytes) => verify(hash, signed, key, bytes))),
  };
}

function readEcdsa(type: string, reader: WireReader): SshKey | undefined {
  const curve = CURVES[type];
  const [name, point] = [reader.string(), reader.string()];
  if (curve === undefined || name?.toString('latin1') !== type.slice('ecdsa-sha2-'.length)) return undefined;
  if (point?.length !== 1 + 2 * curve.bytes || point[0] !== 4) return undefined;
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  const key = fromJwk({ kty: 'EC', crv: curve.crv, x: toBase64url(x), y: toBase64url(y) });
  const check = (signed: Uint8Array, bytes: Buffer): boolean => {
    const numbers = new WireReader(bytes);
    const [r, s] = [numbers.natural(), numbers.natural()];
    if (r === undefined || s === undefined || !numbers.isAtEnd || Math.max(r.length, s.length) > curve.bytes) return false;
    const raw = Buffer.alloc(2 * curve.bytes);
    r.copy(raw, curve.bytes - r.length);
    s.copy(raw, 2 * curve.bytes - s.length);
    return verify(curve.hash, signed, { key, dsaEncoding: 'ieee-p1363' }, raw);
  };
  return { isSignedBy: (signed, signature) => toSigned(signature, type, (bytes) => check(signed, bytes)) };
}

/** Whether a signature is of this type, and its bytes hold. */
function toSigned(signature: Buffer, type: string, check: (bytes: Buffer) => boolean): boolean {
  const reader = new WireReader(signature);
  const found = reader.string()?.toString('latin1');
  const bytes = reader.string();
  return found === type && bytes !== undefined && reader.isAtEnd && check(bytes);
}

function fromJwk(key: { readonly [field: string]: string }): KeyObject {
  return createPublicKey({ key: { ...key }, format: 'jwk' });
}

function toBase64url(bytes: Buffer): string {
  return bytes.toString('base64url');
}
