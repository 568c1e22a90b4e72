import type { CatalogTable } from './entry.ts';

/** Codes of the family KU. */
export const ROLLOUT_CODES: CatalogTable = {
  KU0001: {
    title: 'Update that cannot finish',
    severity: 'error',
    message: 'the update of {workload} stops with {step} replaced: {why} ({message})',
    remedy: '{remedy}.',
    why: 'All new pods would fit once the old ones are gone, but none goes before its successor is ready. The update then waits for ever, half old and half new, and every later change waits behind it.',
    example:
      'replicas: 3 # on three nodes, with a required anti-affinity by host name\nstrategy:\n  rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }',
  },
  KU0002: {
    title: 'Update that waits for a volume',
    severity: 'warning',
    message: 'the update of {workload} stops with {step} replaced: {why} ({message})',
    remedy: '{remedy}.',
    why: 'A ReadWriteOnce volume is attached to one node at a time. The new pod is placed on another node and stays in ContainerCreating; the old one is kept because the new one is not ready.',
    example: 'replicas: 1 # with a ReadWriteOnce claim\nstrategy:\n  type: RollingUpdate # maxUnavailable 25% of 1 is 0',
  },
};
