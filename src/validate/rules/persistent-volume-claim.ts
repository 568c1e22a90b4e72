import { nameOf, type World } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import { findMissing, namespaceOrNone } from './lookup.ts';
import { listPodReferences } from './pod-references.ts';
import type { Rule } from './rule.ts';

/** Pods wait for a claim that does not exist. Claims that a StatefulSet's templates make count as there. */
export const persistentVolumeClaim: Rule = {
  code: 'KR0006',
  find: (world) =>
    listPodReferences(world, 'PersistentVolumeClaim').flatMap(({ referrer, path, namespace, name }) => {
      if (world.derive(collectTemplates).has(`${namespace}/${name.replace(/-\d+$/, '')}`) && /-\d+$/.test(name)) return [];
      return findMissing(world, referrer, path, { group: '', kind: 'PersistentVolumeClaim', namespace, name }) ?? [];
    }),
};

function collectTemplates(world: World): ReadonlySet<string> {
  return new Set(
    world.byKind('apps', 'StatefulSet').flatMap((set) =>
      getArray(set, 'spec', 'volumeClaimTemplates').map((template) => {
        const name = getString(template, 'metadata', 'name') ?? '';
        return `${namespaceOrNone(set)}/${name}-${nameOf(set)}`;
      }),
    ),
  );
}
