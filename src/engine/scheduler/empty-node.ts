import { refOf, type KubernetesObject, type World } from '../../model/index.ts';
import { ClusterState } from './cluster-state.ts';
import { filterNode, prepareFilters } from './evaluate.ts';
import { PodClassTable, type PodInfo } from './pod-class.ts';
import { SUCCESS } from './verdict.ts';

/** An empty node that is the only one: which pods it would take together, by all filters. For packing, asked again and again. */
export class EmptyNode {
  readonly #cluster: ClusterState;
  readonly #table: PodClassTable;
  readonly #pods = new WeakMap<KubernetesObject, PodInfo>();

  /** `world` has what pods refer to (namespaces, claims); its own nodes and pods do not count. */
  constructor(world: World, node: KubernetesObject) {
    const others = world.without([...world.byKind('', 'Node'), ...world.byKind('', 'Pod')].map(refOf));
    this.#cluster = new ClusterState(others.with([node]), { settlesClaims: true });
    this.#table = new PodClassTable(this.#cluster.world);
  }

  /** How many of these pods, which name no node, it takes one after the other; the next is refused. */
  fit(pods: readonly KubernetesObject[]): number {
    const empty = this.#cluster.checkpoint();
    const refused = pods.findIndex((object) => !this.#take(this.#podOf(object)));
    this.#cluster.rollback(empty);
    return refused < 0 ? pods.length : refused;
  }

  #take(pod: PodInfo): boolean {
    const [node] = this.#cluster.nodes;
    if (node === undefined || filterNode(prepareFilters(pod, this.#cluster), this.#cluster, node.index) !== SUCCESS) return false;
    this.#cluster.add(pod, node);
    return true;
  }

  #podOf(object: KubernetesObject): PodInfo {
    let pod = this.#pods.get(object);
    if (pod === undefined) this.#pods.set(object, (pod = this.#table.toPodInfo(object)));
    return pod;
  }
}
