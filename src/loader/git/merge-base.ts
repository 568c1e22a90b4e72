import { compareStrings } from '../../std/index.ts';

/** What the search needs to know of a commit. */
export interface CommitNode {
  readonly oid: string;
  readonly parents: readonly string[];
  /** Seconds since 1970. */
  readonly time: number;
}

const A = 1;
const B = 2;
const STALE = 4;

/**
 * The best common ancestor of two commits, as `git merge-base` finds it: colours flow from both down the history, newest
 * first, until only ancestors of common ancestors are left. Undefined if there is none.
 */
export async function findMergeBase(a: string, b: string, read: (oid: string) => Promise<CommitNode>): Promise<string | undefined> {
  const colours = new Map<string, number>([[a, A]]);
  colours.set(b, (colours.get(b) ?? 0) | B);
  const queue = await Promise.all([...colours.keys()].map(read));
  const common: CommitNode[] = [];
  while (queue.some((commit) => ((colours.get(commit.oid) ?? 0) & STALE) === 0)) {
    const commit = takeNewest(queue);
    let colour = colours.get(commit.oid) ?? 0;
    if ((colour & (A | B)) === (A | B) && (colour & STALE) === 0) {
      common.push(commit);
      colour |= STALE;
    }
    for (const parent of commit.parents) {
      const known = colours.get(parent) ?? 0;
      if ((known & colour) === colour) continue;
      colours.set(parent, known | colour);
      queue.push(await read(parent));
    }
  }
  const best = common.filter((commit) => ((colours.get(commit.oid) ?? 0) & STALE) === 0);
  return best.toSorted((x, y) => y.time - x.time || compareStrings(x.oid, y.oid))[0]?.oid;
}

function takeNewest(queue: CommitNode[]): CommitNode {
  let newest = 0;
  for (let index = 1; index < queue.length; index++) {
    if ((queue[index]?.time ?? 0) > (queue[newest]?.time ?? 0)) newest = index;
  }
  const [commit] = queue.splice(newest, 1);
  if (commit === undefined) throw new Error('the queue is empty');
  return commit;
}
