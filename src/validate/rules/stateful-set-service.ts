import { getString } from '../../std/index.ts';
import { findMissing, namespaceOrNone } from './lookup.ts';
import { POINTLESS, type Rule } from './rule.ts';

/** Without its Service the pods of a StatefulSet have no DNS names of their own. */
export const statefulSetService: Rule = {
  code: 'KR0021',
  find: (world) =>
    world.byKind('apps', 'StatefulSet').flatMap((set) => {
      const name = getString(set, 'spec', 'serviceName') ?? '';
      if (name === '') return [];
      return (
        findMissing(
          world,
          set,
          ['spec', 'serviceName'],
          { group: '', kind: 'Service', namespace: namespaceOrNone(set), name },
          POINTLESS,
        ) ?? []
      );
    }),
};
