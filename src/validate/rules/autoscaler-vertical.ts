import { parseApiVersion, toRefKey, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import { groupScalers, listRequestMetrics } from './autoscalers.ts';
import { formatObject, listOne, namespaceOrNone, identityOf } from './lookup.ts';
import { DOUBTFUL, type DanglingReference, type Rule } from './rule.ts';

/** A vertical autoscaler that moves the requests which a horizontal one divides by drives it, and the other way round. */
export const autoscalerVertical: Rule = {
  code: 'KR0032',
  isOfManifests: true,
  find: (world) => world.byKind('autoscaling.k8s.io', 'VerticalPodAutoscaler').flatMap((object) => findContended(world, object)),
};

function findContended(world: World, vertical: KubernetesObject): readonly DanglingReference[] {
  const kind = getString(vertical, 'spec', 'targetRef', 'kind') ?? '';
  const name = getString(vertical, 'spec', 'targetRef', 'name') ?? '';
  const { group } = parseApiVersion(getString(vertical, 'spec', 'targetRef', 'apiVersion') ?? '');
  const resources = listControlled(vertical);
  if (kind === '' || name === '' || resources.size === 0) return [];
  const scalers = world.derive(groupScalers).get(toRefKey({ group, kind, namespace: namespaceOrNone(vertical), name })) ?? [];
  return scalers.flatMap(({ object }) => {
    const metric = listRequestMetrics(object).find(({ resource }) => resources.has(resource));
    if (metric === undefined) return [];
    return [
      {
        referrer: object,
        path: metric.path,
        target: formatObject(vertical),
        data: { resource: metric.resource },
        severity: DOUBTFUL,
        isCertain: true,
        findTargets: (other: World) => listOne(other.get(identityOf(vertical))),
      },
    ];
  });
}

const ALL = ['cpu', 'memory'];

/** The resources whose requests it changes in some container. */
function listControlled(vertical: KubernetesObject): ReadonlySet<string> {
  if (getString(vertical, 'spec', 'updatePolicy', 'updateMode') === 'Off') return new Set();
  const policies = getArray(vertical, 'spec', 'resourcePolicy', 'containerPolicies');
  const everyContainer = policies.find((policy) => getString(policy, 'containerName') === '*');
  const counted = everyContainer === undefined ? [undefined, ...policies] : policies;
  return new Set(
    counted.flatMap((policy) => {
      if (getString(policy, 'mode') === 'Off') return [];
      const named = getArray(policy, 'controlledResources').filter((item) => typeof item === 'string');
      return named.length === 0 ? ALL : named;
    }),
  );
}
