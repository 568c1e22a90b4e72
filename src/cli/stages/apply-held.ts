import type { Cluster } from '../../cluster/index.ts';
import type { Share } from '../../daemon/index.ts';
import { KplanError } from '../../model/index.ts';
import type { ApplyResult } from '../../reconcile/index.ts';

/**
 * Applies to a cluster that is written only while this instance holds the unit. What was not written since it did not is no fault
 * of the revision: the work counts as stopped, and whoever holds the unit by then goes on at once.
 */
export async function applyHeld(
  { share, unit, cluster }: { readonly share: Pick<Share, 'fence'>; readonly unit: string; readonly cluster: Cluster },
  apply: (fenced: Cluster) => Promise<ApplyResult>,
): Promise<ApplyResult> {
  let isLost = false;
  const fenced = share.fence(unit, cluster, () => (isLost = true));
  try {
    const result = await apply(fenced);
    return isLost ? { ...result, conclusion: 'stopped' } : result;
  } catch (error) {
    if (!isLost || !(error instanceof KplanError)) throw error;
    return { unit, conclusion: 'stopped', steps: [], touched: false, message: error.message };
  }
}
