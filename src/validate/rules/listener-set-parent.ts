import { getString } from '../../std/index.ts';
import { findMissing, namespaceOrNone } from './lookup.ts';
import { GATEWAY_GROUP } from './routes.ts';
import { ERROR, type Rule } from './rule.ts';

/** A ListenerSet adds listeners to a Gateway, and to nothing else: not to another set, nor to itself. */
export const listenerSetParent: Rule = {
  code: 'KR0048',
  find: (world) =>
    world.byKind(GATEWAY_GROUP, 'ListenerSet').flatMap((referrer) => {
      const parent = (field: string): string | undefined => getString(referrer, 'spec', 'parentRef', field);
      const [kind, name] = [parent('kind') ?? 'Gateway', parent('name') ?? ''];
      const namespace = parent('namespace') ?? namespaceOrNone(referrer);
      const target = { group: parent('group') ?? GATEWAY_GROUP, kind, namespace, name };
      if (kind === 'Gateway') return findMissing(world, referrer, ['spec', 'parentRef', 'name'], target) ?? [];
      return [
        {
          referrer,
          path: ['spec', 'parentRef', 'kind'],
          target: `${kind} ${namespace}/${name}`,
          data: { absence: 'is no Gateway' },
          severity: ERROR,
          isCertain: true,
          findTargets: () => [],
        },
      ];
    }),
};
