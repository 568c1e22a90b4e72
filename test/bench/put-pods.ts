import { nameOf, namespaceOf, type KubernetesObject, type Placement, type World } from '../../src/model/index.ts';
import { getObject } from '../../src/std/index.ts';

/** The world with its pods where a schedule has put them. */
export function putPods(world: World, placements: readonly Placement[]): World {
  const nodes = new Map(placements.map(({ pod, node }) => [pod, node]));
  const put = (pod: KubernetesObject): KubernetesObject => {
    const node = nodes.get(`${namespaceOf(pod) ?? ''}/${nameOf(pod)}`);
    return typeof node === 'string' ? { ...pod, spec: { ...getObject(pod, 'spec'), nodeName: node } } : pod;
  };
  return world.with(world.byKind('', 'Pod').map(put));
}
