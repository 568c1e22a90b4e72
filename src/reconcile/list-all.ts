import type { Cluster } from '../cluster/index.ts';
import type { KubernetesObject } from '../model/index.ts';

const PAGE = 500;

/** All pages of a list, and the version to watch from. */
export async function listAll(
  cluster: Cluster,
  kind: { readonly group: string; readonly version: string; readonly kind: string },
  query: { readonly namespace?: string; readonly labelSelector?: string },
): Promise<{ readonly items: readonly KubernetesObject[]; readonly resourceVersion: string }> {
  const items: KubernetesObject[] = [];
  let next: string | undefined;
  for (;;) {
    const page = await cluster.list(kind, { ...query, limit: PAGE, ...(next === undefined ? {} : { continue: next }) });
    items.push(...page.items);
    next = page.continue;
    if (next === undefined || next === '') return { items, resourceVersion: page.resourceVersion };
  }
}
