import { containersOf } from '../../../model/index.ts';
import { getArray, getString } from '../../../std/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Plugin } from '../plugin.ts';

const MEBIBYTE = 1024 * 1024;
const LEAST = 23 * MEBIBYTE;
const MOST_PER_CONTAINER = 1000 * MEBIBYTE;

/** Prefers nodes that already have the pod's images, counting an image for less the fewer nodes have it. */
export const IMAGE_LOCALITY: Plugin = {
  name: 'ImageLocality',
  weight: 1,
  score: (pod, cluster, feasible) => {
    if (!cluster.hasImages) return new Float64Array(feasible.length);
    const containers = containersOf(pod.class.spec).filter(({ type }) => type !== 'ephemeral');
    const volumes = getArray(pod.class.spec, 'volumes').flatMap((volume) => getString(volume, 'image', 'reference') ?? []);
    const names = [...containers.map(({ container }) => getString(container, 'image') ?? ''), ...volumes];
    const images = names.map((name) => toWeighedImage(cluster, toTaggedName(name)));
    const most = MOST_PER_CONTAINER * containers.length;
    return Float64Array.from(feasible, (node) => {
      const sum = images.reduce((total, sizeOn) => total + sizeOn(node), 0);
      return Math.trunc((100 * (Math.min(Math.max(sum, LEAST), most) - LEAST)) / (most - LEAST));
    });
  },
};

function toWeighedImage(cluster: ClusterState, name: string): (node: number) => number {
  const holders = cluster.nodes.filter((node) => node.images.has(name));
  const size = holders[0]?.images.get(name) ?? 0;
  const share = holders.length / cluster.nodes.length;
  return (node) => (cluster.nodes[node]?.images.has(name) === true ? Math.trunc(size * share) : 0);
}

function toTaggedName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
