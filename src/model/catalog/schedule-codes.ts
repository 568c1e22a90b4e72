import type { CatalogTable } from './entry.ts';

/** Codes of the family KS. */
export const SCHEDULE_CODES: CatalogTable = {
  KS0001: {
    title: 'Pods without a node',
    severity: 'error',
    message: '{count} of {replicas} pods of {workload} find no node: {message}',
    ended: '{workload} has {count} fewer pods that find no node',
    remedy: '{remedy}',
    why: 'A pod that fits on no node stays Pending. A rolling update then stops half-way, and a new workload never gets ready.',
    example: 'resources:\n  requests:\n    memory: 64Gi # more than any node has',
  },
  KS0002: {
    title: 'DaemonSet leaves nodes',
    severity: 'warning',
    message: '{workload} no longer runs on {count} of {before} nodes: {nodes}',
    remedy: 'Restore the toleration, node selector or affinity that let it run there, or lower its requests.',
    why: 'What a DaemonSet provides (logs, network, storage, monitoring) is missing on the nodes that it leaves, without any pod failing.',
    example: 'spec:\n  template:\n    spec:\n      tolerations: [] # nodes with taints are left',
  },
  KS0003: {
    title: 'Pods evicted for others',
    severity: 'warning',
    message: '{count} pods of {workload} are evicted to make room for {by}',
    remedy: 'Add nodes, lower the requests or the priority of {by}, or accept the interruption.',
    why: 'Pods of a higher priority that fit nowhere make the scheduler evict pods of a lower one; these stop and look for another node.',
    example: 'priorityClassName: high # with no room left, others have to go',
  },
};
