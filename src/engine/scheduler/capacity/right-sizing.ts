import {
  formatRef,
  isSelected,
  nameOf,
  namespaceOf,
  parseQuantity,
  readLabelSelector,
  readMapSelector,
  refOf,
  toMilli,
  toUnits,
  type KubernetesObject,
  type ObjectRef,
  type Selector,
  type World,
} from '../../../model/index.ts';
import { compareBy, getArray, getObject, getString, isObject, type JsonValue } from '../../../std/index.ts';
import { findWorkload } from '../workload-of-pod.ts';
import type { UsageSample } from './usage.ts';

/** What a container should ask for of a resource, beside what it asks for now (undefined for nothing); CPU in thousandths, memory in bytes. */
export interface RightSize {
  readonly now: number | undefined;
  readonly target: number;
  readonly lower: number;
  readonly upper: number;
}

/** What a container of a workload should ask for. */
export interface ContainerSize {
  readonly workload: ObjectRef;
  readonly container: string;
  readonly pods: number;
  readonly samples: number;
  readonly cpu: RightSize;
  readonly memory: RightSize;
}

/** What all containers with known usage should ask for, and the world in which they do. */
export interface Sizing {
  readonly containers: readonly ContainerSize[];
  readonly world: World;
  /** Samples of pods that belong to no workload of the world. */
  readonly unknown: number;
}

/** `--target-cpu-percentile`, `--target-memory-percentile` and those of the bounds, as VPA's recommender has them by default. */
const PERCENTILES = { target: 0.9, lower: 0.5, upper: 0.95 } as const;
/** `--recommendation-margin-fraction`. */
const MARGIN = 1.15;
/** `--pod-recommendation-min-cpu-millicores` and `-memory-mb`: of a whole pod. */
const LEAST = { cpu: 25, memory: 250 * 2 ** 20 } as const;
const MEBIBYTE = 2 ** 20;

/**
 * What the Vertical Pod Autoscaler's recommender would have each container of an expanded world ask for, were the samples all that it
 * knew: percentiles of the CPU and of each day's memory peaks over all pods of a workload, with its margin and least amounts; without its
 * histogram's rounding, decay with age, and bounds widened while it knows little.
 */
export function rightSize(world: World, samples: readonly UsageSample[]): Sizing {
  const workloads = listWorkloads(world);
  const owners = new Map(workloads.flatMap((workload) => workload.pods.map((pod) => [keyOf(pod), workload] as const)));
  const found = new Map<string, UsageSample[]>();
  let unknown = 0;
  for (const sample of samples) {
    const owner = owners.get(`${sample.namespace}/${sample.pod}`) ?? workloads.find((workload) => workload.selects(sample));
    if (owner === undefined) unknown++;
    else {
      const own = found.get(owner.key);
      if (own === undefined) found.set(owner.key, [sample]);
      else own.push(sample);
    }
  }
  const sized = workloads.flatMap((workload) => sizeContainers(workload, found.get(workload.key) ?? []));
  return { containers: sized, world: resize(world, workloads, sized), unknown };
}

function keyOf(pod: KubernetesObject): string {
  return `${namespaceOf(pod) ?? 'default'}/${nameOf(pod)}`;
}

interface PodsOfWorkload {
  readonly key: string;
  readonly ref: ObjectRef;
  readonly pods: readonly KubernetesObject[];
  /** Whether it selects the pod of a sample by its labels: for pods that are known by another name. */
  readonly selects: (sample: UsageSample) => boolean;
}

function listWorkloads(world: World): readonly PodsOfWorkload[] {
  const pods = new Map<KubernetesObject, KubernetesObject[]>();
  for (const pod of world.byKind('', 'Pod')) {
    const workload = findWorkload(world, pod);
    const own = pods.get(workload);
    if (own === undefined) pods.set(workload, [pod]);
    else own.push(pod);
  }
  const listed = [...pods].map(([workload, own]) => {
    const namespace = namespaceOf(workload) ?? 'default';
    const selector = selectorOf(workload);
    const selects = (sample: UsageSample): boolean =>
      sample.namespace === namespace && selector !== undefined && isSelected(selector, sample.labels);
    const ref = refOf(workload);
    return { key: formatRef(ref), ref, pods: own, selects };
  });
  return listed.toSorted(compareBy(({ key }) => key));
}

/** Which pods a workload selects; undefined for one that says nothing or everything. */
function selectorOf(workload: KubernetesObject): Selector | undefined {
  const given = getObject(workload, 'spec', 'selector');
  const selector = workload.kind === 'ReplicationController' ? readMapSelector(given) : readLabelSelector(given);
  return selector === undefined || selector.requirements.length === 0 ? undefined : selector;
}

function sizeContainers({ ref, pods }: PodsOfWorkload, samples: readonly UsageSample[]): readonly ContainerSize[] {
  const containers = getArray(pods[0], 'spec', 'containers');
  return containers.flatMap((container): readonly ContainerSize[] => {
    const name = getString(container, 'name') ?? '';
    const own = samples.filter((sample) => sample.container === name);
    if (own.length === 0) return [];
    const cpu = own.map((sample) => sample.cpu);
    return [
      {
        workload: ref,
        container: name,
        pods: pods.length,
        samples: own.length,
        cpu: recommend(cpu, { now: requestOf(container, 'cpu'), least: LEAST.cpu / containers.length, unit: 1 }),
        memory: recommend(listPeaks(own), { now: requestOf(container, 'memory'), least: LEAST.memory / containers.length, unit: MEBIBYTE }),
      },
    ];
  });
}

/** The most memory that each pod used on each day. */
function listPeaks(samples: readonly UsageSample[]): readonly number[] {
  const peaks = new Map<string, number>();
  for (const { pod, at, memory } of samples) {
    const key = `${pod} ${at.slice(0, 'yyyy-mm-dd'.length)}`;
    peaks.set(key, Math.max(peaks.get(key) ?? 0, memory));
  }
  return [...peaks.values()];
}

function recommend(
  values: readonly number[],
  { now, least, unit }: { readonly now: number | undefined; readonly least: number; readonly unit: number },
): RightSize {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const value = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return Math.ceil(Math.max(value * MARGIN, least) / unit) * unit;
  };
  return { now, target: at(PERCENTILES.target), lower: at(PERCENTILES.lower), upper: at(PERCENTILES.upper) };
}

function requestOf(container: JsonValue, resource: 'cpu' | 'memory'): number | undefined {
  const given = getObject(container, 'resources', 'requests')?.[resource] ?? getObject(container, 'resources', 'limits')?.[resource];
  const quantity = given === undefined ? undefined : parseQuantity(given);
  if (quantity === undefined) return undefined;
  return resource === 'cpu' ? toMilli(quantity) : toUnits(quantity);
}

/** The world with pods that ask for what they should. */
function resize(world: World, workloads: readonly PodsOfWorkload[], sizes: readonly ContainerSize[]): World {
  const resized = workloads.flatMap(({ key, pods }) => {
    const own = new Map(sizes.filter(({ workload }) => formatRef(workload) === key).map((size) => [size.container, size]));
    return own.size === 0 ? [] : pods.map((pod) => resizePod(pod, own));
  });
  return resized.length === 0 ? world : world.with(resized);
}

function resizePod(pod: KubernetesObject, sizes: ReadonlyMap<string, ContainerSize>): KubernetesObject {
  const containers = getArray(pod, 'spec', 'containers').map((container): JsonValue => {
    const size = sizes.get(getString(container, 'name') ?? '');
    if (size === undefined || !isObject(container)) return container;
    const resources = getObject(container, 'resources');
    const requests = { ...getObject(resources, 'requests'), cpu: `${size.cpu.target}m`, memory: String(size.memory.target) };
    return { ...container, resources: { ...resources, requests } };
  });
  return { ...pod, spec: { ...getObject(pod, 'spec'), containers } };
}
