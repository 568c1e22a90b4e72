import type { KubernetesObject, World } from '../../model/index.ts';
import { getArray, getString, type Path } from '../../std/index.ts';
import { findMissing } from './lookup.ts';
import type { DanglingReference, Rule } from './rule.ts';
import { listWorkloads } from './workloads.ts';

/** A claim whose StorageClass does not exist never binds. */
export const storageClass: Rule = {
  code: 'KR0007',
  find: (world) => [
    ...world.byKind('', 'PersistentVolumeClaim').flatMap((claim) => findIn(world, claim, ['spec'])),
    ...world
      .byKind('apps', 'StatefulSet')
      .flatMap((set) =>
        getArray(set, 'spec', 'volumeClaimTemplates').flatMap((_, index) =>
          findIn(world, set, ['spec', 'volumeClaimTemplates', index, 'spec']),
        ),
      ),
    ...listWorkloads(world).flatMap(({ object, template, controlled }) =>
      controlled
        ? []
        : getArray(template.spec, 'volumes').flatMap((_, index) =>
            findIn(world, object, [...template.path, 'spec', 'volumes', index, 'ephemeral', 'volumeClaimTemplate', 'spec']),
          ),
    ),
  ],
};

function findIn(world: World, referrer: KubernetesObject, spec: Path): readonly DanglingReference[] {
  const path = [...spec, 'storageClassName'];
  const name = getString(referrer, ...path) ?? '';
  const bound = getString(referrer, ...spec, 'volumeName') ?? '';
  if (name === '' || bound !== '') return [];
  const missing = findMissing(world, referrer, path, { group: 'storage.k8s.io', kind: 'StorageClass', name });
  return missing === undefined ? [] : [missing];
}
