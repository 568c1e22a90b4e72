import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { WatchedWorld } from '../../cluster/index.ts';
import { FileMemo } from '../../loader/index.ts';
import type { Lens } from '../../model/index.ts';
import { createReferenceLens } from '../../validate/index.ts';
import type { Io } from '../io.ts';
import { newSalt } from '../salt.ts';
import { toBefore, type Before, type BeforeChoice } from './before.ts';
import type { OpenedCluster } from './target.ts';

/** What plans that one process makes one after the other share: the files that did not change, the snapshot or the followed cluster, and what follows from them. */
export class PlanSession {
  readonly files: FileMemo;
  readonly references: Lens = createReferenceLens();
  /** Of the secret hashes of all its plans: with another one nothing of a plan would hold for the next. */
  readonly salt: string = newSalt();
  readonly #cwd: string;
  #snapshot: { readonly stamp: string; readonly before: Before } | undefined;
  #live: { readonly opened: OpenedCluster; readonly watched: WatchedWorld } | undefined;

  constructor(io: Io) {
    this.files = new FileMemo(() => io.now());
    this.#cwd = io.cwd;
  }

  /** The world before: a snapshot that is as it was is not read again, and a live cluster is followed from the first time on. */
  async openBefore(choice: BeforeChoice, open: () => Promise<Before>, connect: () => Promise<OpenedCluster>): Promise<Before> {
    if (choice.kind === 'live') return this.#follow(connect);
    if (choice.kind !== 'snapshot') return open();
    const stats = statSync(resolve(this.#cwd, choice.file), { throwIfNoEntry: false });
    const stamp = `${choice.file} ${stats?.size} ${stats?.mtimeMs} ${stats?.ctimeMs} ${stats?.ino}`;
    if (stats?.isFile() === true && this.#snapshot?.stamp === stamp) return this.#snapshot.before;
    const before = await open();
    this.#snapshot = { stamp, before };
    return before;
  }

  /** Whether the session keeps the cluster of a world before, and closes it in the end. */
  keeps({ opened }: Before): boolean {
    return opened !== undefined && opened === this.#live?.opened;
  }

  /** Ends the connections that the session keeps. */
  async close(): Promise<void> {
    await this.#live?.watched.close();
    await this.#live?.opened.cluster.close();
  }

  async #follow(connect: () => Promise<OpenedCluster>): Promise<Before> {
    if (this.#live === undefined) {
      const opened = await connect();
      this.#live = { opened, watched: new WatchedWorld(opened.cluster) };
    }
    return toBefore(this.#live.opened, await this.#live.watched.read());
  }
}
