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
      "kind: Deployment   # of the only node's 4 CPUs\nspec:\n  strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n        - name: main\n          image: web:2   # web:1 before\n          resources: {requests: {cpu: 3}}",
  },
  KU0002: {
    title: 'Update that waits for a volume',
    severity: 'warning',
    message: 'the update of {workload} stops with {step} replaced: {why} ({message})',
    remedy: '{remedy}.',
    why: 'A ReadWriteOnce volume is attached to one node at a time. The new pod is placed on another node and stays in ContainerCreating; the old one is kept because the new one is not ready.',
    example:
      'kind: Deployment   # RollingUpdate: maxUnavailable 25% of 1 is 0\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers: [{name: main, image: "web:2"}]   # web:1 before\n      volumes:   # data is ReadWriteOnce\n        - {name: data, persistentVolumeClaim: {claimName: data}}',
  },
};
