import { type KubernetesObject, type World } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { formatObject, identityOf, listOne } from './lookup.ts';
import { ERROR, type Rule } from './rule.ts';

/** ExternalName Services that stand for each other in a circle have no address at all. */
export const externalNameCycle: Rule = {
  code: 'KR0047',
  find: (world) => {
    const next = new Map(listAliases(world).flatMap((alias) => toNext(world, alias)));
    const circles = findCircles(next);
    return [...next].flatMap(([referrer, target]) => {
      if (!circles.has(referrer)) return [];
      const identity = identityOf(target);
      return [
        {
          referrer,
          path: ['spec', 'externalName'],
          target: formatObject(target),
          severity: ERROR,
          isCertain: true,
          findTargets: (other) => listOne(other.get(identity)),
        },
      ];
    });
  },
};

function listAliases(world: World): readonly KubernetesObject[] {
  return world.byKind('', 'Service').filter((service) => getString(service, 'spec', 'type') === 'ExternalName');
}

function toNext(world: World, alias: KubernetesObject): readonly (readonly [KubernetesObject, KubernetesObject])[] {
  const host = (getString(alias, 'spec', 'externalName') ?? '').toLowerCase();
  const match = /^([^.]+)\.([^.]+)\.svc\.cluster\.local\.?$/.exec(host);
  const target = match === null ? undefined : world.get({ group: '', kind: 'Service', namespace: match[2] ?? '', name: match[1] ?? '' });
  return target === undefined || getString(target, 'spec', 'type') !== 'ExternalName' ? [] : [[alias, target]];
}

/** Those from which every step leads on and at last back; each is walked over once. */
function findCircles(next: ReadonlyMap<KubernetesObject, KubernetesObject>): ReadonlySet<KubernetesObject> {
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
