import type { KubernetesObject } from '../../model/index.ts';

/** Those from which every step leads on and at last back; each is walked over once. */
export function findCircles(next: ReadonlyMap<KubernetesObject, KubernetesObject>): ReadonlySet<KubernetesObject> {
  const circles = new Set<KubernetesObject>();
  const done = new Set<KubernetesObject>();
  for (const start of next.keys()) {
    const walked: KubernetesObject[] = [];
    const place = new Map<KubernetesObject, number>();
    let at: KubernetesObject | undefined = start;
    while (at !== undefined && !done.has(at) && !place.has(at)) {
      place.set(at, walked.length);
      walked.push(at);
      at = next.get(at);
    }
    const first = at === undefined ? undefined : place.get(at);
    if (first !== undefined) for (const member of walked.slice(first)) circles.add(member);
    for (const member of walked) done.add(member);
  }
  return circles;
}
