import { containersOf } from '../../../model/index.ts';
import { getArray, getString } from '../../../std/index.ts';
import type { Aspect } from '../aspect.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';

const MEBIBYTE = 1024 * 1024;
const LEAST = 23 * MEBIBYTE;
const MOST_PER_CONTAINER = 1000 * MEBIBYTE;
/** The first minor version in which images that are mounted count. */
const FIRST_WITH_VOLUMES = 36;

/** Prefers nodes that already have the pod's images, counting an image for less the fewer nodes have it. */
export const IMAGE_LOCALITY: Plugin = {
  name: 'ImageLocality',
  weight: 1,
  looksAt: { score: 'aspects' },
  aspects: (pod, cluster) => (cluster.hasImages ? [cluster.ofClass(pod, toImageAspect)] : []),
  score: (pod, cluster, feasible) => {
    if (!cluster.hasImages) return new Float64Array(feasible.length);
    const { names, containers } = cluster.ofClass(pod, listImages);
    const shares = names.map((name) => {
      const { size, count } = cluster.image(name);
      return Math.trunc(size * (count / cluster.nodeCount));
    });
    const most = MOST_PER_CONTAINER * containers;
    return Float64Array.from(feasible, (node) => {
      const { images } = cluster.nodes[node] ?? NO_IMAGES;
      const sum = names.reduce((total, name, i) => total + (images.has(name) ? (shares[i] ?? 0) : 0), 0);
      return Math.trunc((100 * (Math.min(Math.max(sum, LEAST), most) - LEAST)) / (most - LEAST));
    });
  },
};

const NO_IMAGES: { readonly images: ReadonlyMap<string, number> } = { images: new Map() };

/** The names of a pod's images as nodes list them, and how many containers it has. */
function listImages(pod: PodInfo, cluster: ClusterState): { readonly names: readonly string[]; readonly containers: number } {
  const containers = containersOf(pod.class.spec).filter(({ type }) => type !== 'ephemeral');
  const mounted = cluster.profileOf(pod).minor < FIRST_WITH_VOLUMES ? [] : getArray(pod.class.spec, 'volumes');
  const volumes = mounted.flatMap((volume) => getString(volume, 'image', 'reference') ?? []);
  const names = [...containers.map(({ container }) => getString(container, 'image') ?? ''), ...volumes];
  return { names: names.map(toTaggedName), containers: containers.length };
}

/** Which of a pod's images a node has, numbered as they are met. */
function toImageAspect(pod: PodInfo, cluster: ClusterState): Aspect {
  const { names } = listImages(pod, cluster);
  const numbers = new Map<string, number>();
  const values = Int32Array.from(cluster.nodes, ({ images }) => {
    const key = names.map((name) => (images.has(name) ? '1' : '0')).join('');
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
  return { isFixed: true, of: (node) => values[node] ?? 0 };
}

function toTaggedName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
