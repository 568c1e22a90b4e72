import type { Preemption } from './preemption.ts';
import type { Profile } from './profile.ts';

const DRA = 'DynamicResources';

/** What is known of a pod that found no node when the plugins that look for a way out are asked. */
export interface WayOut {
  /** The plugin that refused the pod before any node was looked at. */
  readonly rejectedBy: string | undefined;
  /** What DynamicResources says of the pod's claims. */
  readonly claims: string;
  /** What DefaultPreemption finds; asked only if its turn comes. */
  readonly preemption: () => Preemption;
}

/** The end of the message of a pod without a node, with a space before it (`RunPostFilterPlugins`). */
export function describePostFilter({ postFilters, preFilters }: Profile, { rejectedBy, claims, preemption }: WayOut): string {
  const reasons: string[] = [];
  for (const name of postFilters) {
    if (name === 'DefaultPreemption') {
      const found = preemption();
      if (found.kind === 'failed') return ` ${found.message}`;
      if (found.kind === 'none' || found.kind === 'ineligible') reasons.push(found.message);
    } else if (name !== DRA) continue;
    // Its state is not there to be read when an earlier plugin has ended PreFilter; that error ends the search.
    else if (!preFilters.includes(DRA) || comesBefore(rejectedBy, preFilters)) return ' not found';
    else reasons.push(claims);
  }
  return reasons.length === 0 ? '' : ` ${reasons.join(', ')}`;
}

function comesBefore(rejectedBy: string | undefined, preFilters: readonly string[]): boolean {
  return rejectedBy !== undefined && preFilters.indexOf(rejectedBy) < preFilters.indexOf(DRA);
}

/** What DynamicResources' PostFilter says of a pod without claims to give back. */
export const NO_CLAIMS = 'no new claims to deallocate';
