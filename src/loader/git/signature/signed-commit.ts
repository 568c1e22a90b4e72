/** A commit as it was signed. */
export interface SignedCommit {
  /** What the signature is of: the commit without its signatures. */
  readonly payload: Uint8Array;
  /** As Git keeps it, in armour; undefined where there is none. */
  readonly signature?: string;
  /** When it was committed, in milliseconds since 1970, as the commit itself says. */
  readonly committedAt: number;
}

const NEWLINE = 10;

/**
 * Takes a raw commit object apart, as Git does (`parse_signed_commit`): signatures of either hash are no part of what is
 * signed, and that of the repository's own hash counts.
 */
export function parseSignedCommit(content: Uint8Array, hash: 'sha1' | 'sha256'): SignedCommit {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const own = hash === 'sha1' ? 'gpgsig ' : 'gpgsig-sha256 ';
  const kept: Buffer[] = [];
  const signature: string[] = [];
  let committedAt = 0;
  let within: 'own' | 'other' | undefined;
  let at = 0;
  while (at < bytes.length && bytes[at] !== NEWLINE) {
    const found = bytes.indexOf(NEWLINE, at);
    const end = found === -1 ? bytes.length : found + 1;
    const line = bytes.subarray(at, end).toString('latin1');
    if (line.startsWith(own)) within = 'own';
    else if (line.startsWith('gpgsig')) within = 'other';
    else if (!line.startsWith(' ')) within = undefined;
    if (within === 'own') signature.push(line.slice(line.startsWith(' ') ? 1 : own.length));
    if (within === undefined) kept.push(bytes.subarray(at, end));
    const seconds = /^committer .*> (\d+) [+-]\d{4}\n?$/s.exec(line)?.[1];
    if (seconds !== undefined) committedAt = Number(seconds) * 1000;
    at = end;
  }
  kept.push(bytes.subarray(at));
  return { payload: Buffer.concat(kept), ...(signature.length === 0 ? {} : { signature: signature.join('') }), committedAt };
}
