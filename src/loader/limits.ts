/** Bounds on what is read: a repository is untrusted input. */
export interface Limits {
  /** Bytes of one file; larger ones are not opened. */
  readonly fileBytes: number;
  /** Bytes of all files together. */
  readonly totalBytes: number;
  readonly files: number;
  readonly directories: number;
  readonly documents: number;
  /** Nesting of collections within a document. */
  readonly depth: number;
  /** Characters that aliases may add to a document when they are written out. */
  readonly aliasedCharacters: number;
  /** Milliseconds for one run of kustomize or helm. */
  readonly renderMilliseconds: number;
  /** Bytes that one run of kustomize or helm may write. */
  readonly renderBytes: number;
  /** Milliseconds after which no further file is read. */
  readonly totalMilliseconds: number;
}

/** What is allowed unless the caller says otherwise. */
export const DEFAULT_LIMITS: Limits = {
  fileBytes: 20_000_000,
  totalBytes: 1_000_000_000,
  files: 200_000,
  directories: 100_000,
  documents: 500_000,
  depth: 200,
  aliasedCharacters: 16_000_000,
  renderMilliseconds: 60_000,
  renderBytes: 64_000_000,
  totalMilliseconds: 600_000,
};
