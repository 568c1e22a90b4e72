import type { ObjectRef } from '../../../model/index.ts';
import type { AddressSet } from '../address.ts';
import type { Protocol } from '../port-set.ts';
import type { Workload } from '../workload.ts';

/** An object on the way from outside to a workload, outermost first. */
export interface Hop {
  readonly ref: ObjectRef;
  /** JSON pointer of the line that leads on. */
  readonly path: string;
}

/** Whether policies let somebody of outside in to a pod. */
export interface Admission {
  /** `unknown` where it depends on what manifests do not say: addresses of nodes, or what a proxy runs as. */
  readonly state: 'blocked' | 'open' | 'unknown';
  /** Who of outside is let in. */
  readonly sources: AddressSet;
  /** Why nothing comes through, or why it cannot be said; empty where it is open. */
  readonly reason: string;
  /** The line that says so. */
  readonly by: Hop | undefined;
}

/** One way from outside to a workload. */
export interface Exposure extends Admission {
  readonly workload: Workload;
  readonly kind: 'externalIP' | 'gateway' | 'hostNetwork' | 'hostPort' | 'ingress' | 'loadBalancer' | 'nodePort' | 'route';
  /** `internet`: by a public address; `network`: by whoever reaches the nodes, or a load balancer kept inside. */
  readonly scope: 'internet' | 'network';
  readonly protocol: Protocol;
  /** The port that is asked from outside; undefined for a node port that the cluster chooses. */
  readonly port: number | undefined;
  /** The host that is asked, where a proxy tells hosts apart; empty: every host. */
  readonly host: string;
  /** The port of the pods. */
  readonly target: number;
  readonly hops: readonly Hop[];
}
