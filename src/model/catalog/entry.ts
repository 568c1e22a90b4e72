import type { Severity } from '../finding.ts';

/** The wording of one code. `{name}` in a text is replaced by the finding's data of that name (lists joined by commas). */
export interface CatalogEntry {
  /** A noun phrase for headings: "Dangling reference". */
  readonly title: string;
  /** The severity that it has unless the finding says otherwise. */
  readonly severity: Severity;
  /** One sentence that says what is wrong, without the place. */
  readonly message: string;
  /** The sentence for an effect that the change ends; absent where a code of its own says so. */
  readonly ended?: string;
  /** What to do about it, one sentence, imperative; may use the same placeholders. */
  readonly remedy: string;
  /** Why it matters, for `kplan explain`. */
  readonly why: string;
  /** True if it is about an object that is in no manifest any more: its place, if any, is one of the files before. */
  readonly isOfBefore?: true;
  /** A short YAML example of the mistake, for `kplan explain`. */
  readonly example: string;
}

/** The codes of one family, in the order of the codes. */
export type CatalogTable = Readonly<Record<string, CatalogEntry>>;
