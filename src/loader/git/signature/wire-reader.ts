/** Reads what SSH writes (RFC 4251, section 5): numbers of four bytes, and strings behind their lengths. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** So many bytes; undefined where there are not as many. */
  take(count: number): Buffer | undefined {
    if (this.#at + count > this.#bytes.length) return undefined;
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  number(): number | undefined {
    return this.take(4)?.readUInt32BE();
  }

  string(): Buffer | undefined {
    const length = this.number();
    return length === undefined ? undefined : this.take(length);
  }

  /** A number of any size that is not negative, without leading zeros. */
  natural(): Buffer | undefined {
    const bytes = this.string();
    if (bytes === undefined || ((bytes[0] ?? 0) & 0x80) !== 0) return undefined;
    return bytes[0] === 0 ? bytes.subarray(1) : bytes;
  }
}

/** A string as SSH writes it. */
export function toWireString(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
