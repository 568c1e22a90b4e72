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
      'kind: ClusterRoleBinding\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, namespace: shop, name: deployer}]',
  },
  KA0102: {
    title: 'No longer cluster admin',
    severity: 'info',
    message: '{subject} can no longer do everything in the whole cluster (until now by {via})',
    remedy: 'Nothing to do if that is meant; else restore the binding.',
    why: 'What worked by being cluster admin is refused from now on unless another binding allows it.',
    example: 'kind: ClusterRoleBinding\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: []   # User jane before',
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
    example:
      'kind: Role   # of User jane; configmaps and secrets before\nrules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]',
  },
  KA0105: {
    title: 'Permission gained',
    severity: 'info',
    message: '{subject} can now {can} {where}',
    remedy: 'Nothing to do if that is meant; else narrow {via}.',
    why: 'The subject did not hold this before in any way: neither by another rule, role or binding, nor by a group it is surely in.',
    example:
      'kind: Role   # of User jane; only configmaps before\nrules: [{apiGroups: [""], resources: [configmaps, services], verbs: [get]}]',
  },
  KA0106: {
    title: 'Permission lost',
    severity: 'info',
    message: '{subject} can no longer {can} {where}',
    remedy: 'Nothing to do if that is meant; else restore the rule or the binding ({via}).',
    why: 'What relied on it is refused from now on. No other binding that names the subject, or a group it is surely in, still allows it.',
    example:
      'kind: Role   # of User jane; configmaps and services before\nrules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]',
  },
  KA0107: {
    title: 'Permission gained by aggregation',
    severity: 'warning',
    message: '{who} can now {can}, by {why}: {bindings} of {roles}',
    remedy: 'Check that all of {who} are meant; else take the label from the ClusterRole, or the rule out of it.',
    why: 'A ClusterRole whose label another one selects passes its rules on to everybody who is bound to that one, in every namespace, though no binding changes. Operators do so to admin, edit and view.',
    example:
      'kind: ClusterRole   # a RoleBinding gives edit to User jane\nmetadata:\n  name: widgets\n  labels: {rbac.authorization.k8s.io/aggregate-to-edit: "true"}\nrules: [{apiGroups: [example.com], resources: [widgets], verbs: [create]}]',
  },
  KA0108: {
    title: 'Permission lost by aggregation',
    severity: 'info',
    message: '{who} can no longer {can}, by {why}: {bindings} of {roles}',
    remedy: 'Nothing to do if that is meant; else restore the label or the rule.',
    why: 'What an aggregated ClusterRole no longer takes up, nobody holds any more who is bound to it, unless another role of theirs allows it.',
    example:
      'kind: ClusterRole   # a RoleBinding gives edit to User jane\nmetadata:\n  name: widgets\n  labels: {}   # rbac.authorization.k8s.io/aggregate-to-edit: "true" before\nrules: [{apiGroups: [example.com], resources: [widgets], verbs: [create]}]',
  },
  KA0109: {
    title: 'Right to disturb',
    severity: 'info',
    message: '{subject} can now {can} {where}',
    ended: '{subject} can no longer {can} {where}',
    remedy: 'Nothing to do if that is meant; else narrow {via}.',
    why: 'Whoever deletes or evicts Pods, deletes or shuts nodes, deletes Namespaces with all that is in them, or writes quotas stops the work of others. It leads to no further rights by itself, so it is told apart from those that do; together with a node of its own it draws Pods there, which is a path (KA0401 to KA0403).',
    example: 'kind: Role   # of User jane\nrules: [{apiGroups: [""], resources: [pods], verbs: [delete]}]',
  },
  KA0201: {
    title: 'Binding without its role',
    severity: 'warning',
    message: '{binding} names {role}, which does not exist: it grants nothing until somebody makes that role',
    ended: '{binding} grants what {role} says from now on: the role was missing',
    remedy: 'Create {role}, mend the name, or delete {binding}.',
    why: 'The API server accepts such a binding. It starts to grant as soon as a role of that name appears, whoever writes it and whatever is in it.',
    example:
      'kind: RoleBinding\nroleRef: {kind: Role, name: reader}   # no Role reader in this namespace\nsubjects: [{kind: User, name: jane}]',
  },
  KA0202: {
    title: 'Binding to nobody',
    severity: 'info',
    message: '{binding} names no subject that can ever be anybody: it grants nothing',
    remedy: 'Name its subjects, or delete it.',
    why: 'A binding without subjects, with subjects of an unknown kind, or with a ServiceAccount that has no namespace, grants nothing to anybody.',
    example: 'kind: RoleBinding\nroleRef: {kind: ClusterRole, name: view}\nsubjects: []',
  },
  KA0301: {
    title: 'Forbidden to who applies',
    severity: 'error',
    message: '{user} may not do this: {why}',
    remedy:
      'Give {user} the right, in a role that is applied before, or apply this as somebody who has it; `kplan rbac --for-kapply` writes the least roles.',
    why: 'The API server would refuse the request in these words. Roles and bindings it lets nobody write who does not hold, or may escalate or bind, what they grant.',
    example: 'kind: Secret   # kplan --live --as jane, who may write ConfigMaps alone\nmetadata: {name: db}',
  },
  KA0302: {
    title: 'Binding to another role',
    severity: 'warning',
    message:
      'the API server lets nobody give a {kind} another role ({why}): it is deleted and created again, and in between its subjects hold nothing by it',
    remedy: 'Bind the new role under another name, and delete this binding once that is there; or do nothing if the gap does no harm.',
    why: 'The role of a binding is immutable, so that whoever may edit its subjects cannot choose what they get. Whoever applies needs the right to delete and to create it, and must hold, or may bind, all of the new role.',
    example: 'kind: RoleBinding\nroleRef: {kind: ClusterRole, name: view}   # edit before\nsubjects: [{kind: User, name: jane}]',
  },
  KA0401: {
    title: 'Path to cluster admin',
    severity: 'error',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'To close the path, {close}.',
    why: 'Each step is allowed by itself; together they end at rights over everything. Whoever steals a token, a laptop or a container at the first step can take all of the others.',
    example:
      'kind: RoleBinding   # whoever runs a Pod there runs it as any account of it\nmetadata: {name: deployers, namespace: kube-system}\nroleRef: {kind: ClusterRole, name: edit}\nsubjects: [{kind: User, name: jane}]\n---\nkind: ClusterRoleBinding\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, namespace: kube-system, name: operator}]',
  },
  KA0402: {
    title: 'Path to the nodes',
    severity: 'warning',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy:
      'To close the path, {close}; or label the namespace `pod-security.kubernetes.io/enforce: baseline`, so that no Pod in it gets at its node.',
    why: 'From a node one reads the tokens and Secrets of every Pod on it, whatever its namespace.',
    example:
      'kind: Role   # of User jane: whose Pods may be privileged\nrules: [{apiGroups: [""], resources: [pods], verbs: [create]}]\n---\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {pod-security.kubernetes.io/enforce: privileged}',
  },
  KA0403: {
    title: 'Path to another namespace',
    severity: 'warning',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'To close the path, {close}.',
    why: 'Nothing grants the subject anything there: it gets there as somebody else, whom it may impersonate, issue a token of, or run as.',
    example:
      'kind: Role   # of User jane; ServiceAccount deployer reads Secrets of pay\nmetadata: {name: tokens, namespace: shop}\nrules:\n  - {apiGroups: [""], resources: [serviceaccounts/token], verbs: [create]}',
  },
  KA0404: {
    title: 'Path to Secrets',
    severity: 'info',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'Nothing to do if that is meant; to close the path, {close}.',
    why: 'The subject may not read these Secrets, but may run or enter a Pod that mounts them.',
    example:
      'kind: Role   # of User jane\nmetadata: {name: enter, namespace: shop}\nrules: [{apiGroups: [""], resources: [pods/exec], verbs: [create]}]\n# and a Pod of shop mounts the Secret db',
  },
  KA0405: {
    title: 'Path to rights in the cloud',
    severity: 'info',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'To close the path, {close}.',
    why: 'A ServiceAccount whose annotation names a role of EKS, GKE or Azure has that role in the cloud, and so has whoever runs a Pod as it or takes a token of it. Who may annotate one chooses the role; whether the cloud hands it to that ServiceAccount is said there, not in Kubernetes.',
    example:
      'kind: ServiceAccount\nmetadata:\n  name: backup\n  annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::1:role/backup"}\n---\nkind: Role   # of User jane: whose Pods may run as backup\nrules: [{apiGroups: [apps], resources: [deployments], verbs: [create]}]',
  },
  KA0406: {
    title: 'Path past admission',
    severity: 'info',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'To close the path, {close}.',
    why: 'Whoever changes or deletes a webhook that refuses, an admission policy or a constraint takes away what kept others, and itself, from writing what it forbids.',
    example:
      'kind: ClusterRole   # of User jane, in the whole cluster\nrules:\n  - apiGroups: [admissionregistration.k8s.io]\n    resources: [validatingadmissionpolicybindings]\n    verbs: [delete]',
  },
  KA0407: {
    title: 'Path to the traffic of others',
    severity: 'info',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'Nothing to do if that is meant; to close the path, {close}.',
    why: 'Port forwarding and the proxy reach Pods past every NetworkPolicy. Whoever writes Services (externalIPs), their status, endpoints or the status of Pods sends what is meant for others to itself; so does who configures CoreDNS, answers for an API group or converts custom resources.',
    example: 'kind: Role   # of User jane\nrules: [{apiGroups: [""], resources: [pods/portforward], verbs: [create]}]',
  },
  KA0408: {
    title: 'Path to certificates',
    severity: 'info',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'Let only the program that signs hold `sign`; to close the path, {close}.',
    why: 'With `sign` on a signer and the status of requests one writes the certificate that is handed out. For one that is trusted as somebody else it takes the key of the signer besides, which no right gives: that of kubernetes.io/kube-apiserver-client makes any user, those of other signers are trusted by whoever is told to. Without the key one can still hand out certificates that nobody trusts.',
    example:
      'kind: ClusterRole   # of User jane, in the whole cluster\nrules:\n  - apiGroups: [certificates.k8s.io]\n    resources: [signers]\n    resourceNames: [kubernetes.io/kube-apiserver-client]\n    verbs: [sign]\n  - apiGroups: [certificates.k8s.io]\n    resources: [certificatesigningrequests/status]\n    verbs: [update]',
  },
  KA0409: {
    title: 'Path to logs of programs that hold Secrets',
    severity: 'info',
    message: '{subject} can now reach {reaches}: {path}',
    ended: '{subject} can no longer reach {reaches} (until now: {path})',
    remedy: 'Nothing to do if that is meant and the programs log no Secrets; to close the path, {close}.',
    why: 'What a program reads from a Secret it may log: a password in the URL that it connects to, its environment when it crashes. kplan knows which programs hold Secrets, not what they log: this is a possibility, and is told of those alone who reach nothing worse.',
    example:
      'kind: Role   # of User jane\nrules: [{apiGroups: [""], resources: [pods/log], verbs: [get]}]\n---\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: main\n          env:\n            - name: PASSWORD\n              valueFrom: {secretKeyRef: {name: db, key: password}}',
  },
  KA0501: {
    title: 'Denied right',
    severity: 'error',
    message: '{subject} can {can} {where} ({via}), which {policy} denies{because}',
    ended: '{subject} can no longer {can} {where}, which {policy} denies',
    remedy: 'Narrow {via}, or name {subject} in `except` of {policy}.',
    why: '`deny` of kplan.yaml says who must never be able to do what. All rights count, however they are held: by wildcards, by an aggregated role, by a group that a ServiceAccount is in. What every cluster grants from the start does not. A plan tells what the change brings; `kplan rbac` tells all there is.',
    example:
      'deny:   # kplan.yaml\n  - subjects: ["User *"]\n    verbs: [get, list, watch]\n    resources: [secrets]\n---\nkind: Role   # of User jane\nrules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]',
  },
  KA0502: {
    title: 'Path to a denied right',
    severity: 'error',
    message: '{subject} can come to {can} {where}, which {policy} denies{because}: {path}',
    ended: '{subject} can no longer come to {can} {where}, which {policy} denies',
    remedy: 'To close the path, {close}; or name {subject} in `except` of {policy}.',
    why: '`deny` of kplan.yaml says who must never be able to do what, also by becoming somebody else on the way: by a Pod that runs as another ServiceAccount, a token, an impersonation, a role that one binds to oneself. The shortest path is told of each subject. What it was granted itself is KA0501.',
    example:
      'deny:   # kplan.yaml\n  - subjects: ["User *"]\n    verbs: [get]\n    resources: [secrets]\n---\nkind: Role   # of User jane\nrules: [{apiGroups: [""], resources: [pods], verbs: [create]}]\n---\nkind: RoleBinding   # an account of that namespace reads Secrets\nroleRef: {kind: ClusterRole, name: edit}\nsubjects: [{kind: ServiceAccount, namespace: shop, name: deployer}]',
  },
  KA0601: {
    title: 'Wildcard in a rule',
    severity: 'info',
    message: '{role} grants {rule}: also what does not exist yet',
    remedy: 'List the verbs, groups and resources that are needed.',
    why: 'A wildcard takes in every resource and verb that a later Kubernetes or operator adds. All resources of the core group, or of all groups, are Secrets too, and that is a warning.',
    example: 'kind: ClusterRole\nrules: [{apiGroups: ["*"], resources: ["*"], verbs: [get]}]   # every Secret',
  },
  KA0602: {
    title: 'Dangerous right',
    severity: 'info',
    message: '{binding} of {role} lets {subjects} {can}',
    remedy: 'Check that {subjects} need it; narrow the verbs, the resourceNames or the namespaces.',
    why: 'Some rights lead to more than they say: Secrets hold tokens of other accounts, whoever starts a Pod chooses what it mounts and runs as, exec enters what others run, and escalate, bind and impersonate set the rules aside.',
    example: 'kind: Role   # of User jane\nrules: [{apiGroups: [""], resources: [pods/exec], verbs: [create]}]',
  },
  KA0603: {
    title: 'Resource that matches nothing',
    severity: 'warning',
    message: '{role} grants {resources}, which matches nothing: only * alone, */scale and exact names match',
    remedy: 'Name the subresources one by one (pods/log, pods/exec), or use `*` for all resources with their subresources.',
    why: 'The authorizer compares `pods/*` letter by letter, and no request asks for a subresource of that name. The rule looks as if it granted something and does not.',
    example: 'kind: Role\nrules: [{apiGroups: [""], resources: ["pods/*"], verbs: [get]}]',
  },
  KA0604: {
    title: 'resourceNames on requests without a name',
    severity: 'warning',
    message: '{role} grants {verbs} of {resources} by resourceNames: such requests have no name in the URL, and are refused',
    remedy: 'Grant {verbs} in a rule of its own without resourceNames, or leave it out.',
    why: 'What is created by POST, or deleted as a collection, is named in no URL, so that a rule with resourceNames never matches. Server-side apply alone creates under a name that it says.',
    example:
      'kind: Role\nrules:\n  - apiGroups: [""]\n    resources: [configmaps]\n    resourceNames: [settings]\n    verbs: [create, update]',
  },
  KA0605: {
    title: 'resourceNames on lists',
    severity: 'info',
    message: '{role} grants {verbs} of {resources} by resourceNames: only requests with fieldSelector=metadata.name=NAME match',
    remedy: 'Nothing where clients ask so (kubectl get NAME -w does); else use get, or drop the resourceNames.',
    why: 'A list or watch has a name only if a field selector gives it one. Most controllers list all and are refused.',
    example: 'kind: Role\nrules:\n  - apiGroups: [""]\n    resources: [secrets]\n    resourceNames: [token]\n    verbs: [list, watch]',
  },
  KA0606: {
    title: 'Unknown resource in a rule',
    severity: 'warning',
    message: '{role} grants {resource} of {groups}, which nothing known serves: {hint}',
    remedy: 'Correct the name (plural, lower case) or the apiGroups; or read its definition with --context-objects.',
    why: 'A rule for a resource that is not there grants nothing, and grants it as soon as somebody defines it. It is a warning where the group is known, else a note.',
    example: 'kind: Role\nrules:\n  - apiGroups: [""]   # Deployments are of apps\n    resources: [deployments]\n    verbs: [get]',
  },
  KA0607: {
    title: 'Redundant rule',
    severity: 'info',
    message: '{role} grants {rule} by its other rules as well',
    remedy: 'Remove the rule.',
    why: 'Whoever narrows the one rule believes that the right is gone.',
    example:
      'kind: Role\nrules:\n  - {apiGroups: [""], resources: [pods], verbs: ["*"]}\n  - {apiGroups: [""], resources: [pods], verbs: [get]}',
  },
  KA0608: {
    title: 'Redundant binding',
    severity: 'info',
    message: '{binding} grants nothing that {others} does not grant its subjects as well',
    remedy: 'Remove one of them.',
    why: 'Whoever removes the one binding believes that the right is gone.',
    example:
      'kind: RoleBinding\nroleRef: {kind: ClusterRole, name: view}\nsubjects: [{kind: Group, name: ops}]\n---\nkind: ClusterRoleBinding   # everywhere\nroleRef: {kind: ClusterRole, name: view}\nsubjects: [{kind: Group, name: ops}]',
  },
  KA0609: {
    title: 'Granted to everybody',
    severity: 'warning',
    message: '{binding} lets {subject} {can}: {whom}',
    remedy: 'Bind the ServiceAccounts, users or groups that need it.',
    why: 'Nobody decides who is in these groups. For those who need no password it is an error where it grants resources; for all ServiceAccounts a note where it grants nothing dangerous.',
    example: 'kind: RoleBinding\nroleRef: {kind: ClusterRole, name: view}\nsubjects: [{kind: Group, name: "system:authenticated"}]',
  },
  KA0610: {
    title: 'Rights of a default ServiceAccount',
    severity: 'warning',
    message: '{binding} grants rights to ServiceAccount {namespace}/default, which every Pod there runs as that names no other',
    remedy: 'Make a ServiceAccount for the workload that needs them, name it in its serviceAccountName, and bind that.',
    why: 'Each Pod of the namespace that names no ServiceAccount gets the token of `default` and all of its rights, those that come next year too.',
    example:
      'kind: RoleBinding\nroleRef: {kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, namespace: shop, name: default}]',
  },
  KA0611: {
    title: 'Token without use',
    severity: 'info',
    message: '{workload} mounts the token of {account}, which may do no more than any account',
    remedy: 'Set automountServiceAccountToken: false in the Pod spec or the ServiceAccount, unless something else asks for the token.',
    why: 'Whoever takes the container over can talk to the API server with it, and has every right that is granted to all accounts later.',
    example:
      'kind: Deployment   # and nothing is bound to web\nspec:\n  template:\n    spec:\n      serviceAccountName: web\n      containers: [{name: main}]',
  },
  KA0612: {
    title: 'Circle of aggregated ClusterRoles',
    severity: 'warning',
    message: 'ClusterRoles {roles} aggregate one another in a circle',
    remedy: 'Take the label that the circle closes by from one of them.',
    why: 'The controller puts what a role selects in place of its rules, again and again. In a circle a rule that is taken back everywhere else may stay for ever, and what it arrives at hangs on the order in which it looks.',
    example:
      'kind: ClusterRole\nmetadata: {name: a, labels: {to-b: "true"}}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {to-a: "true"}}]}\n---\nkind: ClusterRole\nmetadata: {name: b, labels: {to-a: "true"}}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {to-b: "true"}}]}',
  },
  KA0613: {
    title: 'Rules of an aggregated ClusterRole',
    severity: 'warning',
    message: '{role} has rules of its own ({rules}), which the controller replaces by those that it aggregates',
    remedy: 'Move the rules to a ClusterRole with a label that {role} selects.',
    why: 'The aggregation controller owns the rules of a role with an aggregationRule: what is written by hand is gone within a second, and a tool that applies it again and again never finds it as it left it.',
    example:
      'kind: ClusterRole\nmetadata: {name: all}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {to-all: "true"}}]}\nrules: [{apiGroups: [""], resources: [pods], verbs: [get]}]\n---\nkind: ClusterRole\nmetadata: {name: part, labels: {to-all: "true"}}\nrules: [{apiGroups: [""], resources: [services], verbs: [get]}]',
  },
  KA0614: {
    title: 'Rule too large to look into',
    severity: 'error',
    message: '{role} has a rule of more than 250000 permissions: what it grants is in no answer of kplan rbac',
    remedy: 'Use `*` in place of long lists, or split the rule.',
    why: 'Verbs, groups, resources and names of a rule multiply: three lists of a thousand are a billion permissions.',
    example:
      'kind: ClusterRole\nrules:\n  - apiGroups: [a, b, ...]   # a thousand\n    resources: [c, d, ...]   # a thousand\n    verbs: [get]',
  },
  KA0615: {
    title: 'Node role for all nodes',
    severity: 'warning',
    message: '{binding} binds system:nodes to system:node: each node gets at what those of all other nodes need',
    remedy: 'Remove the subject: the Node authorizer lets each node at what its own Pods need.',
    why: 'The Node authorizer limits a kubelet to the Secrets and ConfigMaps of its own Pods; the role has no such limit, so that one node that is taken over can read the Secrets of all.',
    example: 'kind: ClusterRoleBinding\nroleRef: {kind: ClusterRole, name: "system:node"}\nsubjects: [{kind: Group, name: "system:nodes"}]',
  },
};
