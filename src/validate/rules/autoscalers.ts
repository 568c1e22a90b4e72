import { parseApiVersion, toRefKey, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getNumber, getOrAdd, getString, type Path } from '../../std/index.ts';
import { namespaceOrNone } from './lookup.ts';

/** An object that sets the replicas of another, and where it names that. */
export interface Scaler {
  readonly object: KubernetesObject;
  readonly path: Path;
  readonly target: KubernetesObject | undefined;
  /** Equal for scalers of one workload. */
  readonly key: string;
}

/** The HorizontalPodAutoscalers of a world, and the ScaledObjects that KEDA makes some for. */
export function listScalers(world: World): readonly Scaler[] {
  return world.derive(findScalers);
}

function findScalers(world: World): readonly Scaler[] {
  return [
    ...world.byKind('autoscaling', 'HorizontalPodAutoscaler').flatMap((object) => toScaler(world, object, '')),
    ...world.byKind('keda.sh', 'ScaledObject').flatMap((object) => toScaler(world, object, 'apps/v1')),
  ];
}

function toScaler(world: World, object: KubernetesObject, usual: string): readonly Scaler[] {
  const path = ['spec', 'scaleTargetRef'];
  const kind = getString(object, ...path, 'kind') ?? (usual === '' ? '' : 'Deployment');
  const name = getString(object, ...path, 'name') ?? '';
  const { group } = parseApiVersion(getString(object, ...path, 'apiVersion') ?? usual);
  if (kind === '' || name === '') return [];
  const target = { group, kind, namespace: namespaceOrNone(object), name };
  return [{ object, path, target: world.get(target), key: toRefKey(target) }];
}

/** The scalers of each workload, in the order of the world. */
export function groupScalers(world: World): ReadonlyMap<string, readonly Scaler[]> {
  const groups = new Map<string, Scaler[]>();
  for (const scaler of listScalers(world)) getOrAdd(groups, scaler.key, () => []).push(scaler);
  return groups;
}

/** A metric of an autoscaler that is measured by what containers ask for. */
export interface RequestMetric {
  readonly resource: string;
  /** The one container that counts; undefined where all do. */
  readonly container: string | undefined;
  readonly path: Path;
}

/** The metrics of a HorizontalPodAutoscaler that need requests: utilizations, and CPU where it names no metric (`autoscaling/v2` defaults). */
export function listRequestMetrics(object: KubernetesObject): readonly RequestMetric[] {
  if (parseApiVersion(object.apiVersion).group !== 'autoscaling') return [];
  const metrics = getArray(object, 'spec', 'metrics');
  if (metrics.length === 0) {
    const field = 'targetCPUUtilizationPercentage';
    const path = getNumber(object, 'spec', field) === undefined ? ['spec'] : ['spec', field];
    return [{ resource: 'cpu', container: undefined, path }];
  }
  return metrics.flatMap((metric, index) => {
    const field = getString(metric, 'type') === 'ContainerResource' ? 'containerResource' : 'resource';
    const resource = getString(metric, field, 'name');
    const isUtilization =
      getString(metric, field, 'target', 'type') === 'Utilization' || getNumber(metric, field, 'targetAverageUtilization') !== undefined;
    if (resource === undefined || !isUtilization) return [];
    return [{ resource, container: getString(metric, field, 'container'), path: ['spec', 'metrics', index, field] }];
  });
}
