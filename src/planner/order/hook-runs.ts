import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import type { Hook } from './hooks.ts';

/** What a hook that runs to an end is up to: to be run (anew), to stay as it is, or to be passed over. */
export type HookTurn = 'run' | 'stay' | 'pass';

/** What decides it. */
export interface HookOccasion {
  /** Something else of the unit changes. */
  readonly isDue: boolean;
  /** The unit was applied before. */
  readonly isKnown: boolean;
  /** The hook as it is in the cluster, and whether it is another one than the manifest wants. */
  readonly live: KubernetesObject | undefined;
  readonly changed: boolean;
}

/**
 * A hook is run with each change of the unit, when it changes itself, and again where it has failed. One that is not there
 * although it should be is run, too, unless it is deleted once it has ended well: then it is not there because it has run.
 */
export function chooseTurn({ only, deletes }: Hook, { isDue, isKnown, live, changed }: HookOccasion): HookTurn {
  const isFailed = live !== undefined && hasFailed(live);
  const rest = live === undefined ? 'pass' : 'stay';
  if (only === 'install') return isFailed || (live === undefined && !isKnown) ? 'run' : rest;
  if (only === 'upgrade' && !isKnown) return rest;
  if (isDue || isFailed) return 'run';
  return live === undefined ? (deletes.has('succeeded') ? 'pass' : 'run') : changed ? 'run' : 'stay';
}

function hasFailed(live: KubernetesObject): boolean {
  const phase = getString(live, 'status', 'phase');
  const isUntrue = (item: Parameters<typeof getString>[0]): boolean =>
    (getString(item, 'type') === 'Failed' && getString(item, 'status') === 'True') ||
    (getString(item, 'type') === 'Succeeded' && getString(item, 'status') === 'False');
  return phase === 'Failed' || phase === 'Error' || getArray(live, 'status', 'conditions').some(isUntrue);
}
