import {
  isSelected,
  nameOf,
  readLabelSelector,
  readMapSelector,
  type GroupKind,
  type KubernetesObject,
  type Selector,
  type World,
} from '../../model/index.ts';
import { compareBy, getArray, getNumber, getObject, getString, getStringMap, type JsonObject, type JsonValue } from '../../std/index.ts';

/** One topology spread constraint of a pod. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly isHard: boolean;
  readonly selector: Selector;
  readonly minDomains: number;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

/** The constraints of a pod that has its own. */
export function readSpreadConstraints(spec: JsonObject, labels: ReadonlyMap<string, string>): readonly SpreadConstraint[] {
  return getArray(spec, 'topologySpreadConstraints').map((item) => ({
    maxSkew: getNumber(item, 'maxSkew') ?? 1,
    topologyKey: getString(item, 'topologyKey') ?? '',
    isHard: getString(item, 'whenUnsatisfiable') !== 'ScheduleAnyway',
    selector: readSelector(item, labels),
    minDomains: getNumber(item, 'minDomains') ?? 1,
    honorsAffinity: getString(item, 'nodeAffinityPolicy') !== 'Ignore',
    honorsTaints: getString(item, 'nodeTaintsPolicy') === 'Honor',
  }));
}

function readSelector(item: JsonValue, labels: ReadonlyMap<string, string>): Selector {
  const selector = readLabelSelector(getObject(item, 'labelSelector'));
  const keys = getArray(item, 'matchLabelKeys').flatMap((key) => (typeof key === 'string' ? [key] : []));
  const merged = keys.flatMap((key) => {
    const value = labels.get(key);
    return value === undefined ? [] : [{ key, operator: 'In' as const, values: [value] }];
  });
  return { ...selector, requirements: [...selector.requirements, ...merged] };
}

const OF_SYSTEM: readonly JsonValue[] = [
  { maxSkew: 3, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
  { maxSkew: 5, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
];

/**
 * The constraints that pods without any get, the system's if none are given: spread what one Service or controller selects
 * (`helper.DefaultSelector`).
 */
export function toDefaultConstraints(
  world: World,
  pod: KubernetesObject,
  labels: ReadonlyMap<string, string>,
  constraints: readonly JsonValue[] = OF_SYSTEM,
): readonly SpreadConstraint[] {
  if (constraints.length === 0) return [];
  const selector = toDefaultSelector(world, pod, labels);
  if (selector.requirements.length === 0 || selector.invalid === true) return [];
  return readSpreadConstraints({ topologySpreadConstraints: constraints }, labels).map((constraint) => ({ ...constraint, selector }));
}

function toDefaultSelector(world: World, pod: KubernetesObject, labels: ReadonlyMap<string, string>): Selector {
  const namespace = getString(pod.metadata, 'namespace');
  const services = world.kind('', 'Service');
  const requirements = [...labels]
    .flatMap(([key, value]) => services.inGroup(firstPairOf, toPair(namespace, key, value)))
    .toSorted(compareBy(nameOf))
    .flatMap((service) => {
      const selector = readMapSelector(getObject(service, 'spec', 'selector'));
      return selector !== undefined && isSelected(selector, labels) ? selector.requirements : [];
    });
  const owned = findOwnerSelector(world, pod);
  return { requirements: [...requirements, ...(owned?.requirements ?? [])], ...(owned?.invalid === true ? { invalid: true } : {}) };
}

/** The first pair of a Service's selector, in its namespace: what it selects has that label. Undefined where it selects nothing. */
function firstPairOf(service: KubernetesObject): string | undefined {
  const [pair] = getStringMap(getObject(service, 'spec', 'selector'));
  return pair === undefined ? undefined : toPair(getString(service.metadata, 'namespace'), ...pair);
}

function toPair(namespace: string | undefined, key: string, value: string): string {
  return `${namespace ?? ''}/${key}=${value}`;
}

function findOwnerSelector(world: World, pod: KubernetesObject): Selector | undefined {
  const owner = findSpreadOwner(pod);
  const object = owner === undefined ? undefined : world.get(owner);
  if (owner === undefined || object === undefined) return undefined;
  const selector = getObject(object, 'spec', 'selector');
  return owner.kind === 'ReplicationController' ? readMapSelector(selector) : readLabelSelector(selector);
}

/** The identity of an object that pods are spread by the selector of. */
export type SpreadOwner = GroupKind & { readonly namespace?: string; readonly name: string };

/** The controller of a pod, where it is of a kind whose pods are spread. */
export function findSpreadOwner(pod: KubernetesObject): SpreadOwner | undefined {
  const reference = getArray(pod.metadata, 'ownerReferences').find((item) => getObject(item)?.['controller'] === true);
  const kind = getString(reference, 'kind');
  if (kind !== 'ReplicationController' && kind !== 'ReplicaSet' && kind !== 'StatefulSet') return undefined;
  const namespace = getString(pod.metadata, 'namespace');
  const group = kind === 'ReplicationController' ? '' : 'apps';
  return { group, kind, name: getString(reference, 'name') ?? '', ...(namespace === undefined ? {} : { namespace }) };
}
