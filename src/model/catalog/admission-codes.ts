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
    example:
      'kind: ResourceQuota\nspec: {hard: {pods: "6"}}\n---\nkind: Deployment\nspec:\n  replicas: 8   # 4 before\n  template: {spec: {containers: [{name: main, image: web}]}}',
  },
  KQ0002: {
    title: 'Pods that are not admitted',
    severity: 'error',
    message: '{pods} {are} refused: {message}',
    ended: '{workload} has {fewer} refused',
    remedy: 'Change the pod template, or the LimitRange, PriorityClass, RuntimeClass or Pod Security level that the message speaks of.',
    why: 'LimitRanges, classes and Pod Security change and judge each pod as it is made, not the workload: the apply succeeds, and no pod comes. A pod that stands alone is refused itself.',
    example:
      'kind: LimitRange\nspec: {limits: [{type: Container, max: {cpu: "4"}}]}\n---\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - {name: main, image: web, resources: {limits: {cpu: "8"}}}',
  },
  KQ0003: {
    title: 'Pod Security warning',
    severity: 'warning',
    message: '{workload} {message}',
    ended: '{workload} {message} no more',
    remedy: 'Harden the pod template where the message says so, or lower the label `pod-security.kubernetes.io/{mode}` of the namespace.',
    why: 'The label `warn` of a namespace makes the API server warn of each pod or template that its level forbids, and `audit` writes it to the audit log: what a stricter `enforce` would refuse. Nothing is refused yet.',
    example:
      'kind: Namespace\nmetadata:\n  name: shop\n  labels: {pod-security.kubernetes.io/warn: restricted}\n---\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - {name: main, image: web, securityContext: {privileged: true}}',
  },
  KQ0004: {
    title: 'Invalid Pod Security label',
    severity: 'error',
    message: 'Namespace {namespace} is invalid: {message}',
    ended: '{label} of Namespace {namespace} is valid again',
    remedy: 'Name one of the levels privileged, baseline and restricted, and as a version `latest` or `v1.` and a number.',
    why: 'The API server refuses such a namespace. One that has the label already enforces the level restricted until it is mended, and neither audits nor warns.',
    example: 'kind: Namespace\nmetadata:\n  labels: {pod-security.kubernetes.io/enforce: strict}',
  },
  KQ0005: {
    title: 'Running pods that a Pod Security label would refuse',
    severity: 'warning',
    message: '{warning}',
    remedy: 'Harden the workloads first, or set the label `pod-security.kubernetes.io/warn` before `enforce`.',
    why: 'Pods that run are not asked again: they stay until they are evicted, replaced or their node goes. Their successors are refused, and the workload is gone for a reason of long ago. The API server warns of it as the label changes.',
    example:
      'kind: Namespace   # in which Pods run as root\nmetadata:\n  name: shop\n  labels: {pod-security.kubernetes.io/enforce: restricted}   # new',
  },
  KQ0006: {
    title: 'Object that an admission policy refuses',
    severity: 'error',
    message: '{message}',
    remedy: 'Change the object so that the policy holds, or the policy {policy} or its binding {binding}.',
    why: 'An admission policy judges or changes each object as it is made or changed, by expressions in CEL and the parameters of its binding. Where one does not hold, or cannot be evaluated, the API server answers with these words, and the object stays as it was.',
    example:
      'kind: ValidatingAdmissionPolicy\nmetadata: {name: replicas}\nspec:\n  matchConstraints:\n    resourceRules:\n      - apiGroups: [apps]\n        apiVersions: [v1]\n        operations: [CREATE, UPDATE]\n        resources: [deployments]\n  validations: [{expression: object.spec.replicas <= 5}]\n---\nkind: ValidatingAdmissionPolicyBinding\nspec: {policyName: replicas, validationActions: [Deny]}\n---\nkind: Deployment\nspec: {replicas: 8}   # 4 before',
  },
  KQ0007: {
    title: 'Object that an admission policy warns of',
    severity: 'warning',
    message: '{message}',
    remedy: 'Change the object so that the policy {policy} holds.',
    why: 'The binding of the policy says `Warn` or `Audit` and not `Deny`: nothing is refused, who applies is warned, or the audit log says so. Such bindings tend to become stricter.',
    example:
      'kind: ValidatingAdmissionPolicy\nmetadata: {name: replicas}\nspec:\n  matchConstraints:\n    resourceRules:\n      - apiGroups: [apps]\n        apiVersions: [v1]\n        operations: [CREATE, UPDATE]\n        resources: [deployments]\n  validations: [{expression: object.spec.replicas <= 5}]\n---\nkind: ValidatingAdmissionPolicyBinding\nspec: {policyName: replicas, validationActions: [Warn]}\n---\nkind: Deployment\nspec: {replicas: 8}   # 4 before',
  },
  KQ0008: {
    title: 'Expression of an admission policy that does not compile',
    severity: 'error',
    message: '{policy}: {field}: {message}',
    remedy: 'Mend the expression: {expression}',
    why: 'The API server refuses a policy with an expression in CEL that does not compile. Of one that it took in an older version each request fails, or is let through unjudged if its failure policy is Ignore.',
    example:
      "kind: ValidatingAdmissionPolicy\nspec:\n  matchConstraints:\n    resourceRules:\n      - apiGroups: [apps]\n        apiVersions: [v1]\n        operations: [CREATE, UPDATE]\n        resources: [deployments]\n  validations:\n    - expression: request.opration == 'CREATE'   # operation",
  },
  KQ0009: {
    title: 'Webhook that waits for itself',
    severity: 'warning',
    message:
      'webhook {webhook} is asked about the pods of {workload}, which answer for it through {service}: once none runs, none can start',
    remedy: 'Leave the namespace out with `namespaceSelector` or the pods with `objectSelector`, or say `failurePolicy: Ignore`.',
    why: 'A webhook with the failure policy Fail refuses what it is asked about while nobody answers. If that includes its own pods, the first install or a restart of all nodes leaves it for ever without pods, and all else that it sees is refused too.',
    example:
      'kind: ValidatingWebhookConfiguration\nwebhooks:\n  - name: pods.guard.example   # no namespaceSelector: its own Pods, too\n    clientConfig: {service: {namespace: shop, name: guard}}\n    rules:\n      - apiGroups: [""]\n        apiVersions: [v1]\n        operations: [CREATE]\n        resources: [pods]\n---\nkind: Service\nmetadata: {name: guard}\nspec: {selector: {app: guard}, ports: [{port: 443}]}\n---\nkind: Deployment\nspec:\n  template:\n    metadata: {labels: {app: guard}}\n    spec: {containers: [{name: main, image: guard}]}',
  },
  KQ0010: {
    title: 'Object that an admission policy changes',
    severity: 'info',
    message: 'MutatingAdmissionPolicy {policy} with binding {binding} changes {object}: {changes}',
    remedy: 'Write it into the manifest if it is meant, or leave the object out of what the policy matches.',
    why: 'A MutatingAdmissionPolicy changes objects on their way into the cluster, by a configuration that is merged or a JSON patch, both made in CEL. What is stored then is not what the manifest says, and nobody owns the fields that are added.',
    example:
      'kind: MutatingAdmissionPolicy\nmetadata: {name: replicas}\nspec:\n  matchConstraints:\n    resourceRules:\n      - apiGroups: [apps]\n        apiVersions: [v1]\n        operations: [CREATE, UPDATE]\n        resources: [deployments]\n  mutations:\n    - patchType: ApplyConfiguration\n      applyConfiguration:\n        expression: "Object{spec: Object.spec{replicas: 3}}"\n---\nkind: MutatingAdmissionPolicyBinding\nspec: {policyName: replicas}\n---\nkind: Deployment\nspec:\n  replicas: 1\n  template: {spec: {containers: [{name: main, image: web}]}}',
  },
  KQ0011: {
    title: 'Object that a quota refuses',
    severity: 'error',
    message: '{object} is refused {turn}: {why}',
    remedy: '{remedy}.',
    why: 'A quota counts objects as they come, in the order in which the plan sends them, and pods as controllers make them in between. What a plan deletes is there until its end and counts until then. An apply fails at the first that is refused.',
    example: 'kind: ResourceQuota   # and the change adds two such Services\nspec: {hard: {services.loadbalancers: "1"}}',
  },
  KQ0012: {
    title: 'Pod Security level lowered',
    severity: 'warning',
    message: 'Namespace {namespace} enforces {now} instead of {was} from now on: it lets in {what}',
    remedy: 'Keep the level, and exempt the workload that needs more by a Namespace of its own.',
    why: 'The label is what keeps whoever may create a pod in the namespace from getting a node, its files and its network. Lowered, it holds for every pod that is made from then on, not only for the one that it was lowered for.',
    example: 'kind: Namespace\nmetadata:\n  labels:\n    pod-security.kubernetes.io/enforce: privileged   # baseline before',
  },
  KQ0013: {
    title: 'Webhook that nobody answers any more',
    severity: 'error',
    message: 'webhook {webhook} of {configuration} refuses all that it is asked about: {service} leads to no pod any more',
    remedy: 'Keep the pods behind {service}, or delete {configuration} in a change before; `failurePolicy: Ignore` lets requests through.',
    why: 'The API server refuses a write if a webhook with the failure policy Fail cannot be called. A configuration that outlives the pods that answer for it stops every change that it sees, often that of the pods themselves.',
    example:
      'kind: Deployment\nspec:\n  replicas: 0   # 1 before\n  template:\n    metadata: {labels: {app: guard}}\n    spec: {containers: [{name: main, image: guard}]}\n---\nkind: Service\nmetadata: {name: guard}\nspec: {selector: {app: guard}, ports: [{port: 443}]}\n---\nkind: ValidatingWebhookConfiguration\nwebhooks:\n  - name: pods.guard.example\n    clientConfig: {service: {namespace: shop, name: guard}}',
  },
  KQ0014: {
    title: 'Claim that cannot grow',
    severity: 'error',
    message: '{claim} cannot grow from {from} to {to}: {refusal}',
    remedy: 'Set allowVolumeExpansion of the StorageClass, if its driver can do it, or move the data to a claim of another class.',
    why: 'The API server refuses a larger claim unless the StorageClass that its volume was provisioned by allows expansion. The class alone decides; that of other claims does not matter.',
    example:
      'kind: PersistentVolumeClaim\nspec:\n  storageClassName: fixed # allowVolumeExpansion: false\n  resources: { requests: { storage: 20Gi } } # 10Gi before',
  },
};
