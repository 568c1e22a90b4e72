import { type KubernetesObject, type World } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { findCircles } from './circles.ts';
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
