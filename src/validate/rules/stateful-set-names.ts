import { isSelected, readMapSelector, type KubernetesObject, type World } from '../../model/index.ts';
import { getAt, getString, getStringMap } from '../../std/index.ts';
import { formatTarget, listOne, namespaceOrNone } from './lookup.ts';
import { DOUBTFUL, type DanglingReference, type Rule } from './rule.ts';

/** Pods of a StatefulSet have DNS names only where its Service is headless and selects them. */
export const statefulSetNames: Rule = {
  code: 'KR0043',
  isOfManifests: true,
  find: (world) => world.byKind('apps', 'StatefulSet').flatMap((set) => findNameless(world, set)),
};

function findNameless(world: World, set: KubernetesObject): readonly DanglingReference[] {
  const name = getString(set, 'spec', 'serviceName') ?? '';
  const target = { group: '', kind: 'Service', namespace: namespaceOrNone(set), name };
  const service = name === '' ? undefined : world.get(target);
  if (service === undefined) return [];
  const why = describeFault(service, set);
  if (why === undefined) return [];
  return [
    {
      referrer: set,
      path: ['spec', 'serviceName'],
      target: formatTarget(target),
      data: { why },
      severity: DOUBTFUL,
      isCertain: true,
      findTargets: (other) => listOne(other.get(target)),
    },
  ];
}

function describeFault(service: KubernetesObject, set: KubernetesObject): string | undefined {
  if (getString(service, 'spec', 'type') === 'ExternalName') return 'is of type ExternalName';
  if (getString(service, 'spec', 'clusterIP') !== 'None') return 'is not headless';
  const selector = readMapSelector(getAt(service, 'spec', 'selector'));
  const labels = getStringMap(set, 'spec', 'template', 'metadata', 'labels');
  return selector === undefined || isSelected(selector, labels) ? undefined : 'does not select its pods';
}
