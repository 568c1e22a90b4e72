import type { CatalogTable } from './entry.ts';

/** Codes of the family KS. */
export const SCHEDULE_CODES: CatalogTable = {
  KS0001: {
    title: 'Pods without a node',
    severity: 'error',
    message: '{pods} {find} no node: {message}',
    ended: '{workload} has {fewer} without a node',
    remedy: '{remedy}',
    why: 'A pod that fits on no node stays Pending. A rolling update then stops half-way, and a new workload never gets ready.',
    example: 'resources:\n  requests:\n    memory: 64Gi # more than any node has',
  },
  KS0002: {
    title: 'DaemonSet leaves nodes',
    severity: 'warning',
    message: '{workload} no longer runs on {lost}: {nodes}',
    remedy: 'Restore the toleration, node selector or affinity that let it run there, or lower its requests.',
    why: 'What a DaemonSet provides (logs, network, storage, monitoring) is missing on the nodes that it leaves, without any pod failing.',
    example: 'spec:\n  template:\n    spec:\n      tolerations: [] # nodes with taints are left',
  },
  KS0003: {
    title: 'Pods evicted for others',
    severity: 'warning',
    message: '{pods} {are} evicted to make room for {by}',
    remedy: 'Add nodes, lower the requests or the priority of {by}, or accept the interruption.',
    why: 'Pods of a higher priority that fit nowhere make the scheduler evict pods of a lower one; these stop and look for another node.',
    example: 'priorityClassName: high # with no room left, others have to go',
  },
  KS0004: {
    title: 'Pods that are never scheduled',
    severity: 'error',
    message: '{pods} {reason}',
    remedy: '{remedy}',
    why: 'The scheduler does not look at a pod that names its node, is gated, or names another scheduler. On a node that does not exist no kubelet starts it: it is deleted after a while and made again, for ever.',
    example: 'spec:\n  nodeName: worker-7 # no such node',
  },
  KS0005: {
    title: 'CronJob that fits on no node',
    severity: 'warning',
    message: 'a pod of {workload} fits on no node, not even on an empty one: {message}',
    remedy: 'Lower the requests or loosen what binds the pods to nodes, or add a node that takes them.',
    why: 'Nothing is wrong until the time of the schedule comes; then each run stays Pending, perhaps at night.',
    example:
      'jobTemplate:\n  spec:\n    template:\n      spec:\n        containers:\n          - resources: { requests: { cpu: "30" } } # more than any node has',
  },
  KS0006: {
    title: 'Pods that move',
    severity: 'info',
    message: '{pods} {move} from {from} to {to}',
    remedy: 'Nothing, if that is meant; else restore what held them to their nodes.',
    why: 'A changed selector, toleration or request may lead pods to nodes of another kind: other machines, other cost, other data beside them. Which of several equal nodes takes a pod is chance, and not told.',
    example: 'nodeSelector:\n  pool: large # was: small',
  },
  KS0007: {
    title: 'Little room left',
    severity: 'warning',
    message: '{share} of the {resource} of all nodes is asked for, {left} is left; before it was {was}',
    ended: 'less than 90% of the {resource} of all nodes is asked for: {share}, before it was {was}',
    remedy: 'Add nodes, or lower requests; `kplan drain --each` says which node could not be lost, `kplan capacity` what still fits.',
    why: 'With less than a tenth free, the loss of a node, a rolling update or an autoscaler soon finds no place for its pods.',
    example: 'spec:\n  replicas: 40 # was 4, and the nodes are full',
  },
  KS0008: {
    title: 'CronJob that runs at other times',
    severity: 'info',
    message: '{workload} runs {now}; before: {was}',
    remedy:
      'Nothing, if that is meant. The fields are minute, hour, day of the month, month, day of the week: a star before the hour is every minute of it.',
    why: 'A slip in a schedule shows only when its time comes, or does not: `* 2 * * *` runs sixty times every night, `0 0 31 2 *` never. Runs that are much more frequent, and none at all, are warned of.',
    example: 'kind: CronJob\nspec:\n  schedule: "* 2 * * *" # was: 0 2 * * *',
  },
  KS0009: {
    title: 'Pods that cannot be evicted',
    severity: 'warning',
    message: '{budget} lets none of {pods} be evicted, even if all are healthy: {reason}',
    ended: '{budget} lets pods be evicted again',
    remedy: 'Allow one disruption at least: maxUnavailable: 1, or more replicas than minAvailable.',
    why: 'The API server refuses every eviction of these pods: a drain of their nodes, and with it an upgrade of the cluster, waits until somebody deletes the pods or the budget.',
    example: 'kind: PodDisruptionBudget\nspec:\n  minAvailable: 2 # of a Deployment with 2 replicas',
  },
};
