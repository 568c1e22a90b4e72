import type { CatalogTable } from './entry.ts';

/** Codes of the family KA. */
export const RBAC_CODES: CatalogTable = {
  KA0101: {
    title: 'New cluster admin',
    severity: 'error',
    message: '{subject} can now do everything in the whole cluster ({via})',
    remedy: 'Bind a role that lists what {subject} needs, or bind it within the namespaces where it is needed.',
    why: 'All verbs on all resources cluster-wide is cluster-admin whatever the role is called: whoever takes over the subject, or a pod that runs as it, owns every Secret, node and workload, and nothing in RBAC can take a part of it away again.',
    example:
      'kind: ClusterRoleBinding\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, namespace: shop, name: deployer}]',
  },
  KA0102: {
    title: 'No longer cluster admin',
    severity: 'info',
    message: '{subject} can no longer do everything in the whole cluster (until now by {via})',
    remedy: 'Nothing to do if that is meant; else restore the binding.',
    why: 'What worked by being cluster admin is refused from now on unless another binding allows it.',
  },
  KA0103: {
    title: 'Dangerous permission gained',
    severity: 'warning',
    message: '{subject} can now {can} {where}',
    remedy: 'Check that {subject} needs it; narrow the verbs, the resourceNames or the namespaces of {via}.',
    why: 'Some permissions lead to more than they say: Secrets hold tokens of other accounts, whoever starts a Pod chooses what it mounts and runs as, exec enters what others run, and escalate, bind and impersonate set the rules aside.',
    example: 'kind: Role\nrules: [{apiGroups: [""], resources: [secrets], verbs: [get, list]}]',
  },
  KA0104: {
    title: 'Dangerous permission lost',
    severity: 'info',
    message: '{subject} can no longer {can} {where}',
    remedy: 'Nothing to do if that is meant; else restore the rule or the binding ({via}).',
    why: 'What relied on it is refused from now on. No other binding that names the subject, or a group it is surely in, still allows it.',
  },
  KA0105: {
    title: 'Permission gained',
    severity: 'info',
    message: '{subject} can now {can} {where}',
    remedy: 'Nothing to do if that is meant; else narrow {via}.',
    why: 'The subject did not hold this before in any way: neither by another rule, role or binding, nor by a group it is surely in.',
  },
  KA0106: {
    title: 'Permission lost',
    severity: 'info',
    message: '{subject} can no longer {can} {where}',
    remedy: 'Nothing to do if that is meant; else restore the rule or the binding ({via}).',
    why: 'What relied on it is refused from now on. No other binding that names the subject, or a group it is surely in, still allows it.',
  },
  KA0201: {
    title: 'Binding without its role',
    severity: 'warning',
    message: '{binding} names {role}, which does not exist: it grants nothing until somebody makes that role',
    ended: '{binding} grants what {role} says from now on: the role was missing',
    remedy: 'Create {role}, mend the name, or delete {binding}.',
    why: 'The API server accepts such a binding. It starts to grant as soon as a role of that name appears, whoever writes it and whatever is in it.',
    example:
      'kind: RoleBinding\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}   # no Role reader in this namespace',
  },
  KA0301: {
    title: 'Forbidden to who applies',
    severity: 'error',
    message: '{user} may not do this: {why}',
    remedy:
      'Give {user} the right, in a role that is applied before, or apply this as somebody who has it; `kplan rbac --for-kapply` writes the least roles.',
    why: 'The API server would refuse the request in these words. Roles and bindings it lets nobody write who does not hold, or may escalate or bind, what they grant.',
    example: 'kplan --live --as system:serviceaccount:ci:deployer   # who may create Deployments, and no RoleBindings',
  },
  KA0401: {
    title: 'Path to cluster admin',
    severity: 'error',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'To close the path, {close}.',
    why: 'Each step is allowed by itself; together they end at rights over everything. Whoever steals a token, a laptop or a container at the first step can take all of the others.',
    example:
      'kind: RoleBinding\nmetadata: {name: edit, namespace: kube-system}   # whoever runs a Pod in kube-system runs it as a controller\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}',
  },
  KA0402: {
    title: 'Path to the nodes',
    severity: 'warning',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy:
      'To close the path, {close}; or label the namespace `pod-security.kubernetes.io/enforce: baseline`, so that no Pod in it gets at its node.',
    why: 'From a node one reads the tokens and Secrets of every Pod on it, whatever its namespace.',
    example: 'kind: DaemonSet\nspec: {template: {spec: {containers: [{name: agent, securityContext: {privileged: true}}]}}}',
  },
  KA0403: {
    title: 'Path to another namespace',
    severity: 'warning',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'To close the path, {close}.',
    why: 'Nothing grants the subject anything there: it gets there as somebody else, whom it may impersonate, issue a token of, or run as.',
  },
  KA0404: {
    title: 'Path to Secrets',
    severity: 'info',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'Nothing to do if that is meant; to close the path, {close}.',
    why: 'The subject may not read these Secrets, but may run or enter a Pod that mounts them.',
  },
  KA0501: {
    title: 'Denied right',
    severity: 'error',
    message: '{subject} can {can} {where} ({via}), which {policy} denies{because}',
    ended: '{subject} can no longer {can} {where}, which {policy} denies',
    remedy: 'Narrow {via}, or name {subject} in `except` of {policy}.',
    why: '`deny` of kplan.yaml says who must never be able to do what. All rights count, however they are held: by wildcards, by an aggregated role, by a group that a ServiceAccount is in. What every cluster grants from the start does not. A plan tells what the change brings; `kplan rbac` tells all there is.',
    example: 'deny:\n  - subjects: ["ServiceAccount shop/*"]\n    verbs: [get, list, watch]\n    resources: [secrets]',
  },
};
