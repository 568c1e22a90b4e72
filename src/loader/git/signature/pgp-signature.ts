import { KplanError } from '../../../model/index.ts';

/**
 * Why an OpenPGP signature is none of these keys' (armoured, several after one another); undefined where it is. Keys must have been
 * valid when they signed. Throws `INVALID_CONFIG` for keys that cannot be read.
 */
export async function judgePgpSignature(
  armoured: string,
  payload: Uint8Array,
  { keys, name, now }: { readonly keys: string; readonly name: string; readonly now: number },
): Promise<string | undefined> {
  // It costs a tenth of a second to load, and only who requires such signatures pays for it.
  const { createMessage, readKeys, readSignature, verify } = await import('openpgp');
  const verificationKeys = await Promise.all(splitArmour(keys).map((armoredKeys) => readKeys({ armoredKeys }))).catch((error: unknown) => {
    throw new KplanError('INVALID_CONFIG', `${name}: not public keys of OpenPGP in armour: ${tell(error)}`, {
      hint: 'write it with `gpg --armor --export KEY...`',
    });
  });
  try {
    const { signatures } = await verify({
      message: await createMessage({ binary: payload }),
      signature: await readSignature({ armoredSignature: armoured }),
      verificationKeys: verificationKeys.flat(),
      format: 'binary',
      date: new Date(now),
    });
    if (signatures.length === 0) return 'it holds no signature';
    const verdicts = await Promise.allSettled(signatures.map(({ verified }) => verified));
    if (verdicts.some(({ status }) => status === 'fulfilled')) return undefined;
    const [first] = verdicts;
    return first?.status === 'rejected' ? tell(first.reason) : 'it is not valid';
  } catch (error) {
    return tell(error);
  }
}

/** Files of keys are often several exports after one another. */
function splitArmour(text: string): readonly string[] {
  const blocks = [...text.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----[^]*?-----END PGP PUBLIC KEY BLOCK-----/g)];
  return blocks.length === 0 ? [text] : blocks.map(([block]) => `${block}\n`);
}

function tell(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
