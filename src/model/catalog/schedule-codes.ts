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
    example:
      'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: main\n          image: web\n          resources: {requests: {memory: 64Gi}}   # more than any node has',
  },
  KS0002: {
    title: 'DaemonSet leaves nodes',
    severity: 'warning',
    message: '{workload} no longer runs on {lost}: {nodes}',
    remedy: 'Restore the toleration, node selector or affinity that let it run there, or lower its requests.',
    why: 'What a DaemonSet provides (logs, network, storage, monitoring) is missing on the nodes that it leaves, without any pod failing.',
    example:
      'kind: DaemonSet\nspec:\n  template:\n    spec:\n      containers: [{name: main, image: log}]\n      tolerations: []   # [{operator: Exists}] before\n---\nkind: Node\nmetadata: {name: gpu-1}\nspec: {taints: [{key: gpu, effect: NoSchedule}]}\nstatus: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}',
  },
  KS0003: {
    title: 'Pods evicted for others',
    severity: 'warning',
    message: '{pods} {are} evicted to make room for {by}',
    remedy: 'Add nodes, lower the requests or the priority of {by}, or accept the interruption.',
    why: 'Pods of a higher priority that fit nowhere make the scheduler evict pods of a lower one; these stop and look for another node.',
    example:
      'kind: PriorityClass\nmetadata: {name: high}\nvalue: 1000\n---\nkind: Pod\nmetadata: {name: urgent}\nspec:\n  priorityClassName: high   # with no room left, others have to go\n  containers: [{name: main, image: web, resources: {requests: {cpu: 3}}}]',
  },
  KS0004: {
    title: 'Pods that are never scheduled',
    severity: 'error',
    message: '{pods} {reason}',
    remedy: '{remedy}',
    why: 'The scheduler does not look at a pod that names its node, is gated, or names another scheduler. On a node that does not exist no kubelet starts it: it is deleted after a while and made again, for ever.',
    example: 'kind: Pod\nspec:\n  nodeName: worker-7   # no such node\n  containers: [{name: main, image: web}]',
  },
  KS0005: {
    title: 'CronJob that fits on no node',
    severity: 'warning',
    message: 'a pod of {workload} fits on no node, not even on an empty one: {message}',
    remedy: 'Lower the requests or loosen what binds the pods to nodes, or add a node that takes them.',
    why: 'Nothing is wrong until the time of the schedule comes; then each run stays Pending, perhaps at night.',
    example:
      'kind: CronJob\nspec:\n  schedule: "0 2 * * *"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n            - name: main\n              image: web\n              resources: {requests: {cpu: 30}}   # more than any node has',
  },
  KS0006: {
    title: 'Pods that move',
    severity: 'info',
    message: '{pods} {move} from {from} to {to}',
    remedy: 'Nothing, if that is meant; else restore what held them to their nodes.',
    why: 'A changed selector, toleration or request may lead pods to nodes of another kind: other machines, other cost, other data beside them. Which of several equal nodes takes a pod is chance, and not told.',
    example:
      'kind: Deployment\nspec:\n  template:\n    spec:\n      nodeSelector: {pool: large}   # small before\n      containers: [{name: main, image: web}]',
  },
  KS0007: {
    title: 'Little room left',
    severity: 'warning',
    message: '{share} of the {resource} of all nodes is asked for, {left} is left; before it was {was}',
    ended: 'less than 90% of the {resource} of all nodes is asked for: {share}, before it was {was}',
    remedy: 'Add nodes, or lower requests; `kplan drain --each` says which node could not be lost, `kplan capacity` what still fits.',
    why: 'With less than a tenth free, the loss of a node, a rolling update or an autoscaler soon finds no place for its pods.',
    example:
      'kind: Deployment\nspec:\n  replicas: 39   # 4 before, and the only node has 4 CPUs\n  template:\n    spec:\n      containers:\n        - {name: main, image: web, resources: {requests: {cpu: 100m}}}',
  },
  KS0008: {
    title: 'CronJob that runs at other times',
    severity: 'info',
    message: '{workload} runs {now}; before: {was}',
    remedy:
      'Nothing, if that is meant. The fields are minute, hour, day of the month, month, day of the week: a star before the hour is every minute of it.',
    why: 'A slip in a schedule shows only when its time comes, or does not: `* 2 * * *` runs sixty times every night, `0 0 31 2 *` never. Runs that are much more frequent, and none at all, are warned of.',
    example:
      'kind: CronJob\nspec:\n  schedule: "* 2 * * *"   # 0 2 * * * before\n  jobTemplate:\n    spec: {template: {spec: {containers: [{name: main, image: web}]}}}',
  },
  KS0009: {
    title: 'Pods that cannot be evicted',
    severity: 'warning',
    message: '{budget} lets none of {pods} be evicted, even if all are healthy: {reason}',
    ended: '{budget} lets pods be evicted again',
    remedy: 'Allow one disruption at least: maxUnavailable: 1, or more replicas than minAvailable.',
    why: 'The API server refuses every eviction of these pods: a drain of their nodes, and with it an upgrade of the cluster, waits until somebody deletes the pods or the budget.',
    example:
      'kind: PodDisruptionBudget\nspec:\n  minAvailable: 2\n  selector: {matchLabels: {app: web}}\n---\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: main, image: web}]}',
  },
};
