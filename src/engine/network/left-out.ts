/** What this engine does not look at yet; `kplan explain` says so. */
export const NETWORK_LEAVES_OUT: readonly string[] = [
  'whether the network plugin of the cluster enforces policies, and which kinds of them',
  'domain names as peers of a ClusterNetworkPolicy: such a rule matches no address',
  'policies of Cilium, Calico and Istio',
  'what changes for clients inside that use a Service: effects of connections are of pods and their ports (`kplan reach --from --to` follows Services)',
  'what an ingress controller or Gateway runs as where it is not among the objects: a pod without labels is taken for it',
  'labels that controllers add to pods (pod-template-hash, job-name): a workload is judged by the labels of its template',
  'ipBlock rules for pods whose address is not known: only a Pod that nothing owns is matched by its own address',
  'traffic between a pod and its own node, which is always allowed',
];
