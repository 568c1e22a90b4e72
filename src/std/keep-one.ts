/** Entries of ours in a list that others write to as well, such as the comments of a pull request. */
export interface OwnEntries<T> {
  /** Those that are there now, the oldest first. */
  list(): Promise<readonly T[]>;
  create(): Promise<void>;
  /** Brings one up to date, unless it is. */
  update(entry: T): Promise<void>;
  remove(entry: T): Promise<void>;
}

/**
 * Keeps exactly one entry up to date, and answers it: what several writers began at once becomes one, the oldest. Where there is none and
 * none is to be begun, nothing is written. Rejects as the entries do.
 */
export async function keepOne<T>(entries: OwnEntries<T>, { begins }: { readonly begins: boolean }): Promise<T | undefined> {
  const found = await entries.list();
  if (found.length === 0) {
    if (!begins) return undefined;
    await entries.create();
  }
  // Another writer may have begun one a moment before.
  const [kept, ...others] = found.length === 0 ? await entries.list() : found;
  if (kept !== undefined) await entries.update(kept);
  for (const other of others) await entries.remove(other);
  return kept;
}
