import type { CatalogTable } from './entry.ts';

/** Codes of the family KN. */
export const NETWORK_CODES: CatalogTable = {
  KN0101: {
    title: 'Connection opened',
    severity: 'warning',
    message: '{from} -> {to} {ports} {verb}',
    remedy: 'If that is not meant, narrow the NetworkPolicy rule or the labels that let {from} reach {to}.',
    why: 'NetworkPolicies only ever allow, and only where both ends agree. A changed selector, label or rule opens connections far from the line that changed: the last policy that selects a pod closes everything when it comes and opens everything when it goes.',
    example:
      'kind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: db}}\n  ingress: [{}]   # everybody, from outside the cluster too',
  },
  KN0102: {
    title: 'Connection closed',
    severity: 'warning',
    message: '{from} -> {to} {ports} {verb}',
    remedy: 'If {from} still needs {to}, add a rule that allows {ports} between them, on the side whose policy forbids it.',
    why: 'What used this connection will time out once the change is applied. A pod that gets its first policy of a direction loses everything in that direction which no rule allows, DNS included.',
    example: 'kind: NetworkPolicy\nspec:\n  podSelector: {}\n  policyTypes: [Egress]   # no rules: nothing may leave, not even DNS',
  },
  KN0103: {
    title: 'Reach of a new workload',
    severity: 'info',
    message: 'new {workload}: reached from {from}; reaches {to}',
    remedy: 'If that is too much, write a NetworkPolicy that selects {workload}.',
    why: 'A pod that no NetworkPolicy selects may be reached by every pod of the cluster and from outside, and may reach everything.',
  },
};
