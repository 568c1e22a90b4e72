import { createHash } from 'node:crypto';
import { readSshKey } from './ssh-key.ts';
import { toWireString, WireReader } from './wire-reader.ts';

const MAGIC = 'SSHSIG';
const HASHES = ['sha256', 'sha512'];

/** A signature of SSH (SSHSIG, OpenSSH's PROTOCOL.sshsig). */
export interface SshSignature {
  /** The blob of the public key, in base64. */
  readonly publicKey: string;
  readonly namespace: string;
  /** Whether the key has signed these bytes; undefined for a kind of key that cannot be judged. */
  readonly isOf: (payload: Uint8Array) => boolean | undefined;
}

/** Reads an armoured signature; undefined for what is none. */
export function readSshSignature(armoured: string): SshSignature | undefined {
  const body = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]*)\n-----END SSH SIGNATURE-----\s*$/.exec(
    armoured.replaceAll('\r', ''),
  )?.[1];
  const reader = new WireReader(Buffer.from(body ?? '', 'base64'));
  if (reader.take(MAGIC.length)?.toString('latin1') !== MAGIC || reader.number() !== 1) return undefined;
  const [key, namespace, reserved, algorithm, signature] = [1, 2, 3, 4, 5].map(() => reader.string());
  const hash = HASHES.find((name) => name === algorithm?.toString('latin1'));
  if (key === undefined || namespace === undefined || reserved === undefined || hash === undefined || signature === undefined)
    return undefined;
  if (!reader.isAtEnd) return undefined;
  return {
    publicKey: key.toString('base64'),
    namespace: namespace.toString(),
    isOf: (payload) => {
      const digest = createHash(hash).update(payload).digest();
      const parts = [namespace, reserved, Buffer.from(hash), digest].map(toWireString);
      return readSshKey(key)?.isSignedBy(Buffer.concat([Buffer.from(MAGIC), ...parts]), signature);
    },
  };
}
