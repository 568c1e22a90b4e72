import type { KubernetesObject, World } from '../../model/index.ts';
import { getObject, getString } from '../../std/index.ts';
import { findCircles } from './circles.ts';
import { findMissing, formatObject, identityOf, listOne, namespaceOrNone, type Target } from './lookup.ts';
import { ERROR, type Rule } from './rule.ts';

/** A claim that is filled from one that does not exist is never bound. */
export const claimSource: Rule = {
  code: 'KR0052',
  find: (world) => listFilled(world).flatMap(({ claim, path, source }) => findMissing(world, claim, path, source) ?? []),
};

/** Claims that are filled from each other in a circle: each waits for the others to be bound. */
export const claimSourceCycle: Rule = {
  code: 'KR0051',
  find: (world) => {
    const filled = listFilled(world).flatMap(({ claim, path, source }) => {
      const target = world.get(source);
      return target === undefined ? [] : [{ claim, path, target }];
    });
    const circles = findCircles(new Map(filled.map(({ claim, target }) => [claim, target])));
    return filled.flatMap(({ claim, path, target }) => {
      if (!circles.has(claim)) return [];
      const identity = identityOf(target);
      return [
        {
          referrer: claim,
          path,
          target: formatObject(target),
          severity: ERROR,
          isCertain: true,
          findTargets: (other) => listOne(other.get(identity)),
        },
      ];
    });
  },
};

interface Filled {
  readonly claim: KubernetesObject;
  readonly path: readonly string[];
  readonly source: Target;
}

/** The claims without a volume yet that are to be filled from another claim of their namespace. */
function listFilled(world: World): readonly Filled[] {
  return world.byKind('', 'PersistentVolumeClaim').flatMap((claim) => {
    if ((getString(claim, 'spec', 'volumeName') ?? '') !== '') return [];
    const field = ['dataSource', 'dataSourceRef'].find((name) => getObject(claim, 'spec', name) !== undefined) ?? '';
    const source = getObject(claim, 'spec', field);
    const name = getString(source, 'name') ?? '';
    const isElsewhere = (getString(source, 'namespace') ?? namespaceOrNone(claim)) !== namespaceOrNone(claim);
    const isClaim = getString(source, 'kind') === 'PersistentVolumeClaim' && (getString(source, 'apiGroup') ?? '') === '';
    if (name === '' || isElsewhere || !isClaim) return [];
    return [
      {
        claim,
        path: ['spec', field, 'name'],
        source: { group: '', kind: 'PersistentVolumeClaim', namespace: namespaceOrNone(claim), name },
      },
    ];
  });
}
