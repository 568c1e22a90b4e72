import { containersOf, podTemplateOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getAt, getString } from '../../std/index.ts';
import { listRequestMetrics, listScalers, type RequestMetric, type Scaler } from './autoscalers.ts';
import { formatObject, listOne, namespaceOrNone, identityOf } from './lookup.ts';
import { ERROR, type DanglingReference, type Rule } from './rule.ts';

/** Utilization is a share of what is asked for: without it no replicas are computed (`podautoscaler/replica_calculator.go`). */
export const autoscalerRequest: Rule = {
  code: 'KR0030',
  isOfManifests: true,
  find: (world) =>
    listScalers(world).flatMap((scaler) => listRequestMetrics(scaler.object).flatMap((metric) => findUnasked(world, scaler, metric))),
};

function findUnasked(world: World, { object, target }: Scaler, metric: RequestMetric): readonly DanglingReference[] {
  const template = target === undefined ? undefined : podTemplateOf(target);
  if (target === undefined || template === undefined) return [];
  const { resource, container } = metric;
  const isWhole = isAsked(getAt(template.spec, 'resources'), resource);
  if (isWhole || world.derive(listDefaults).has(`${namespaceOrNone(target)}/${resource}`)) return [];
  const counted = containersOf(template.spec).filter(
    (item) => item.type === 'container' || (item.type === 'init' && getString(item.container, 'restartPolicy') === 'Always'),
  );
  const unasked = counted.find(
    (item) => (container === undefined || item.name === container) && !isAsked(item.container['resources'], resource),
  );
  if (unasked === undefined) return [];
  const identity = identityOf(target);
  return [
    {
      referrer: object,
      path: metric.path,
      target: formatObject(target),
      data: { resource, container: unasked.name },
      severity: ERROR,
      isCertain: true,
      findTargets: (other: World) => listOne(other.get(identity)),
    },
  ];
}

// A limit without a request is the request, too.
function isAsked(resources: Parameters<typeof getAt>[0], resource: string): boolean {
  return getAt(resources, 'requests', resource) !== undefined || getAt(resources, 'limits', resource) !== undefined;
}

/** The resources that a LimitRange of a namespace has a request for where containers have none. */
function listDefaults(world: World): ReadonlySet<string> {
  const entries = world
    .byKind('', 'LimitRange')
    .flatMap((range: KubernetesObject) =>
      getArray(range, 'spec', 'limits').flatMap((limit) =>
        ['cpu', 'memory']
          .filter((resource) => getAt(limit, 'defaultRequest', resource) !== undefined || getAt(limit, 'default', resource) !== undefined)
          .map((resource) => `${namespaceOrNone(range)}/${resource}`),
      ),
    );
  return new Set(entries);
}
