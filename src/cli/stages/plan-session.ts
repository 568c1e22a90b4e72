import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FileMemo } from '../../loader/index.ts';
import type { Lens } from '../../model/index.ts';
import { createReferenceLens } from '../../validate/index.ts';
import type { Io } from '../io.ts';
import type { Before, BeforeChoice } from './before.ts';

/** What plans that one process makes one after the other share: the files that did not change, and the snapshot. */
export class PlanSession {
  readonly files: FileMemo;
  readonly references: Lens = createReferenceLens();
  readonly #cwd: string;
  #snapshot: { readonly stamp: string; readonly before: Before } | undefined;

  constructor(io: Io) {
    this.files = new FileMemo(() => io.now());
    this.#cwd = io.cwd;
  }

  /** The world before: a snapshot that is as it was is not read again, a cluster always is. */
  async openBefore(choice: BeforeChoice, open: () => Promise<Before>): Promise<Before> {
    if (choice.kind !== 'snapshot') return open();
    const stats = statSync(resolve(this.#cwd, choice.file), { throwIfNoEntry: false });
    const stamp = `${choice.file} ${stats?.size} ${stats?.mtimeMs} ${stats?.ctimeMs} ${stats?.ino}`;
    if (stats?.isFile() === true && this.#snapshot?.stamp === stamp) return this.#snapshot.before;
    const before = await open();
    this.#snapshot = { stamp, before };
    return before;
  }
}
