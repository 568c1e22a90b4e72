import { compareBy } from '../../../std/index.ts';
import type { Grant } from '../policy.ts';
import type { EscalationGraph } from './graph.ts';
import { findOpenPath, type Ways } from './reach.ts';
import { isDefaultGrant } from './system.ts';

/** Grants that are looked for together; a larger set is none that a reader would act on. */
const MOST = 4;

/** What is to be closed: every path from a place to a goal. */
export interface CutQuestion {
  readonly graph: EscalationGraph;
  readonly from: number;
  readonly ways: Ways;
  /** Grants that are named before others of which as many would do. */
  readonly isPreferred: (grant: Grant) => boolean;
}

/**
 * The smallest set of grants whose removal leaves no path from a place to a goal, exactly: whatever closes all paths closes the
 * shortest, so one of the needs of its steps must go, and the rest is asked again without it. Undefined where no set of at
 * most four does, as where the path needs no grant at all, or those alone that the API server makes again.
 */
export function findCut(question: CutQuestion): readonly Grant[] | undefined {
  for (let most = 1; most <= MOST; most++) {
    const cut = search(question, new Set(), most);
    if (cut !== undefined) return cut;
  }
  return undefined;
}

function search(question: CutQuestion, removed: ReadonlySet<Grant>, most: number): readonly Grant[] | undefined {
  const { graph, from, ways, isPreferred } = question;
  const isOpen = (index: number): boolean => graph.edges[index]?.needs.every(({ grants }) => isMet(grants, removed)) === true;
  const path = findOpenPath(graph, from, ways, isOpen);
  if (path === undefined) return [...removed];
  const needs = path
    .flatMap((index) => graph.edges[index]?.needs ?? [])
    .map(({ grants }) => grants.filter((grant) => !removed.has(grant)))
    .filter((grants) => grants.length > 0 && grants.length <= most && !grants.some(isDefaultGrant));
  for (const grants of needs.toSorted(compareBy((list) => !list.every(isPreferred)))) {
    const cut = search(question, new Set([...removed, ...grants]), most - grants.length);
    if (cut !== undefined) return cut;
  }
  return undefined;
}

function isMet(grants: readonly Grant[], removed: ReadonlySet<Grant>): boolean {
  return grants.length === 0 || grants.length > removed.size || grants.some((grant) => !removed.has(grant));
}
