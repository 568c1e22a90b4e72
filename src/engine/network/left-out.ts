/** What this engine does not look at yet; `kplan explain` says so. */
export const NETWORK_LEAVES_OUT: readonly string[] = [
  'whether the network plugin of the cluster enforces a kind of policies, where neither its DaemonSet nor `reach.cni` of kplan.yaml tells',
  'domain names as peers of a ClusterNetworkPolicy: such a rule matches no address',
  'of policies of Cilium, Calico and Istio what requests, domain names and the world outside decide: such connections are unknown (KN0306); what comes through a waypoint of the ambient mode is unknown as well',
  'settings of plugins and meshes that no policy says: Cilium is taken to enforce by default (`enable-policy`), the root namespace of Istio to be istio-system and its trust domain cluster.local, hosts of Calico to have the HostEndpoints that are among the objects',
  'what changes for clients inside that use a Service which they do not name in their environment, command or arguments',
  'what an ingress controller or Gateway runs as where it is not among the objects: a pod without labels is taken for it',
  'labels that controllers add to pods (pod-template-hash, job-name): a workload is judged by the labels of its template',
  'ipBlock rules for pods whose address is not known: only a Pod that nothing owns is matched by its own address',
  'traffic between a pod and its own node, which is always allowed',
];
