import type { CatalogTable } from './entry.ts';

/** Codes of the family KQ. */
export const ADMISSION_CODES: CatalogTable = {
  KQ0001: {
    title: 'Pods that a quota refuses',
    severity: 'error',
    message: '{pods} {are} refused: {why}',
    ended: 'a quota refuses {workload} {fewer}',
    remedy: '{remedy}.',
    why: 'A quota is asked when a controller makes a pod, not when the workload is applied: the apply succeeds, and the pods are missing. Only an event and a condition of the ReplicaSet say why.',
    example: 'spec:\n  replicas: 8 # the namespace has a quota of pods: "6"',
  },
  KQ0002: {
    title: 'Pods that are not admitted',
    severity: 'error',
    message: '{pods} {are} refused: {message}',
    ended: '{workload} has {fewer} refused',
    remedy: 'Change the pod template, or the LimitRange, PriorityClass or RuntimeClass that the message speaks of.',
    why: 'LimitRanges and classes change and judge each pod as it is made, not the workload: the apply succeeds, and no pod comes.',
    example: 'resources:\n  limits: { cpu: "8" } # a LimitRange of the namespace allows 4',
  },
};
