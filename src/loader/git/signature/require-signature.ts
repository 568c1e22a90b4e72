import { KplanError } from '../../../model/index.ts';
import { openGit } from '../open-git.ts';
import { parseAllowedSigners, type AllowedSigner } from './allowed-signers.ts';
import { judgePgpSignature } from './pgp-signature.ts';
import { parseSignedCommit, type SignedCommit } from './signed-commit.ts';
import { SSH_KEY_TYPES } from './ssh-key.ts';
import { readSshSignature } from './ssh-signature.ts';

/** Whose signatures are required: texts of files, and what to call them. */
export interface Signers {
  /** As `gpg.ssh.allowedSignersFile` of Git. */
  readonly ssh?: { readonly text: string; readonly name: string };
  /** Public keys of OpenPGP in armour. */
  readonly pgp?: { readonly text: string; readonly name: string };
}

/** What a signature of SSH must be of; that of Git. */
const NAMESPACE = 'git';

/**
 * Refuses a commit of the repository at a path that none of the signers has signed, by SSH or OpenPGP. As Git does, validity
 * in time is judged by when the commit says it was made. Throws `REFUSED` with the reason, `INVALID_CONFIG` for signers that cannot be read.
 */
export async function requireSignature(
  path: string,
  commit: string,
  { adapter, signers, now }: { readonly adapter: 'auto' | 'js' | 'native'; readonly signers: Signers; readonly now: number },
): Promise<void> {
  const { git } = await openGit(path, adapter);
  try {
    const signed = parseSignedCommit(await git.readCommit(commit), commit.length === 40 ? 'sha1' : 'sha256');
    const why = await judge(signed, signers, now);
    if (why === undefined) return;
    throw new KplanError('REFUSED', `the commit ${commit.slice(0, 12)} is not taken: ${why}`, {
      hint: 'commit with `git commit -S`, by a key that is listed',
    });
  } finally {
    await git.close();
  }
}

async function judge(commit: SignedCommit, { ssh, pgp }: Signers, now: number): Promise<string | undefined> {
  const { signature, payload } = commit;
  if (signature === undefined) return 'it is not signed';
  if (signature.startsWith('-----BEGIN SSH SIGNATURE-----')) {
    if (ssh === undefined) return 'it is signed with a key of SSH, and none is listed';
    return judgeSsh(commit, signature, parseAllowedSigners(ssh.text, ssh.name), ssh.name);
  }
  if (/^-----BEGIN PGP (SIGNATURE|MESSAGE)-----/.test(signature)) {
    if (pgp === undefined) return 'it is signed with a key of OpenPGP, and none is listed';
    const why = await judgePgpSignature(signature, payload, { keys: pgp.text, name: pgp.name, now });
    return why === undefined ? undefined : `its signature is of no key of ${pgp.name}: ${why}`;
  }
  return 'its signature is neither of SSH nor of OpenPGP';
}

function judgeSsh(
  { payload, committedAt }: SignedCommit,
  armoured: string,
  signers: readonly AllowedSigner[],
  name: string,
): string | undefined {
  const signature = readSshSignature(armoured);
  if (signature === undefined) return 'its signature cannot be read';
  if (signature.namespace !== NAMESPACE) return `its signature is for ${JSON.stringify(signature.namespace)}, not for git`;
  const listed = signers.filter(({ publicKey }) => publicKey === signature.publicKey);
  if (listed.length === 0) return `its signature is of no key of ${name}`;
  const fit = listed.filter(({ namespaces, validAfter = -Infinity, validBefore = Infinity }) => {
    return (namespaces === undefined || namespaces.includes(NAMESPACE)) && validAfter <= committedAt && committedAt < validBefore;
  });
  if (fit.length === 0) return `the key of ${listed[0]?.principals ?? ''} was not valid for git when the commit was made`;
  switch (signature.isOf(payload)) {
    case true:
      return undefined;
    case false:
      return 'its signature is not of what it holds';
    case undefined:
      return `its key is none of ${SSH_KEY_TYPES.join(', ')}`;
  }
}
