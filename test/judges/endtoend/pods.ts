import { labelsOf, nameOf, type KubernetesObject, type World } from '../../../src/model/index.ts';
import { compareStrings, getArray, getObject, getString, stringifyJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { ownerNameOf } from './owner.ts';

/** Labels whose values are hashes, or names of pods. */
const HASHES: ReadonlySet<string> = new Set(['controller-revision-hash', 'controller-uid', 'pod-template-generation', 'pod-template-hash']);

/** How the pods of each workload are, ours and the real ones, but for how many there are; Jobs' only as far as both have some. */
export function showPods(expanded: World, real: World): readonly [JsonValue, JsonValue] {
  const [ours, theirs] = [group(expanded), group(real)];
  const names = [...ours.keys()].filter((name) => theirs.has(name)).toSorted(compareStrings);
  const show = (of: ReadonlyMap<string, ReadonlySet<string>>): JsonValue =>
    names.map((name) => ({ name, pods: [...(of.get(name) ?? [])].toSorted(compareStrings) }));
  return [show(ours), show(theirs)];
}

function group(world: World): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>();
  for (const pod of world.byKind('', 'Pod')) {
    const name = ownerNameOf(world, pod);
    groups.set(name, (groups.get(name) ?? new Set<string>()).add(stringifyJson(showPod(pod))));
  }
  return groups;
}

/** What admission and controllers decide of a pod, of all pods of a workload alike. */
function showPod(pod: KubernetesObject): JsonValue {
  const containers = (field: string): JsonValue =>
    getArray(pod, 'spec', field).map((container) => ({
      name: getString(container, 'name') ?? '',
      resources: withoutEmpty(getObject(container, 'resources') ?? {}),
    }));
  const labels = [...labelsOf(pod)].filter(([key]) => !HASHES.has(key) && !key.includes('kubernetes.io/'));
  return {
    labels: Object.fromEntries(labels),
    containers: containers('containers'),
    initContainers: containers('initContainers'),
    tolerations: getArray(pod, 'spec', 'tolerations')
      .map((item) => stringifyJson(item))
      .toSorted(compareStrings),
    priority: getObject(pod, 'spec')?.['priority'] ?? null,
    nodeSelector: getObject(pod, 'spec', 'nodeSelector') ?? {},
    hashes: [...labelsOf(pod).keys()].filter((key) => key === 'pod-template-hash'),
    isNamed: getString(pod, 'spec', 'hostname') === nameOf(pod),
  };
}

function withoutEmpty(resources: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(resources).filter(([, list]) => Object.keys(getObject(list) ?? {}).length > 0));
}
