import type { CatalogTable } from './entry.ts';

/** Codes of the family KP: what a plan stops at (KP01..), and what it does to running pods (KP02..), and what the cluster answers (KP03..). */
export const PLAN_CODES: CatalogTable = {
  KP0101: {
    title: 'Field conflict',
    severity: 'error',
    message: 'conflict with "{manager}" using {version}: {field}{written}',
    remedy: 'Remove {field} from the manifest if "{manager}" is to keep it, or take it over with --force-conflicts-with "{manager}".',
    why: 'Server-side apply refuses to change a field that another manager owns with another value. Overwriting it would start a fight that each side wins in turn.',
    example:
      'kind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3   # an autoscaler has set 5\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: main, image: web}]}',
  },
  KP0102: {
    title: 'Replacement',
    severity: 'warning',
    message: '{field} of a {kind} may not change so ({refusal}): the object is deleted and created again',
    remedy: 'Give the changed object a new name if the old one should stay until the new one is there.',
    why: 'The API server refuses to change this field, so the only way to the new value is a new object.',
    example:
      'kind: Job\nmetadata: {name: migrate}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{name: main, image: "web:2"}]   # web:1 before',
  },
  KP0103: {
    title: 'Replacement that interrupts',
    severity: 'error',
    message: '{field} of a {kind} may not change so ({refusal}): the object would be deleted, and {holdings} with it, and created again',
    remedy: 'Undo the change of {field}, or give the object a new name and move over to it; --allow KP0103 replaces it.',
    why: 'Deleting this object ends its pods, drops its address or loses its data before the new one is there.',
    example:
      'kind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web2}}   # web before, and below\n  template:\n    metadata: {labels: {app: web2}}\n    spec: {containers: [{name: main, image: web}]}',
  },
  KP0104: {
    title: 'Mass deletion',
    severity: 'error',
    isOfBefore: true,
    message: '{deleted} of the {total} objects of this unit would be deleted',
    remedy: 'Check that the path, the render and the branch are the right ones; --allow KP0104 deletes them.',
    why: 'An empty render, a wrong path or a moved directory looks the same as the wish to delete everything.',
    example: 'kind: ConfigMap   # removed, as all else of the unit\nmetadata: {name: settings, namespace: shop}',
  },
  KP0105: {
    title: 'Deletion that needs approval',
    severity: 'error',
    isOfBefore: true,
    message: 'deleting this {kind} takes {contents} along',
    remedy: 'Keep the manifest, or mark the object with kapply.kplan.dev/prune: never; --allow KP0105 deletes it.',
    why: 'A Namespace takes its contents with it, a CustomResourceDefinition all its resources, a claim or volume its data. None of it comes back.',
    example: 'kind: PersistentVolumeClaim # the manifest is removed\nmetadata: { name: data, namespace: shop }',
  },
  KP0106: {
    title: 'Kept object',
    severity: 'info',
    isOfBefore: true,
    message: 'this {kind} is in no manifest any more and is kept: {mark}',
    remedy: 'Remove the mark from the live object to have it deleted.',
    why: 'The mark asks for the object to outlive its manifest.',
    example:
      'kind: ConfigMap # the manifest is removed\nmetadata:\n  name: settings\n  annotations: { kapply.kplan.dev/prune: never } # keeps the object',
  },
  KP0107: {
    title: 'Moved to another unit',
    severity: 'info',
    isOfBefore: true,
    message: 'this {kind} belongs to the unit {unit} now and is not deleted',
    remedy: 'Nothing is to be done.',
    why: 'An object that moves from one unit to another must not be deleted by the first after the second took it over.',
    example: 'kind: ConfigMap # removed here, where another unit took it over meanwhile\nmetadata: { name: settings, namespace: shop }',
  },
  KP0108: {
    title: 'Object of another unit',
    severity: 'error',
    message: 'this {kind} belongs to the unit {unit}',
    remedy:
      'Remove it from one of the two units. If it has moved here, --allow KP0108 takes it over, before {unit} is applied without it; if the unit itself has moved, --unit {unit} keeps its name.',
    why: 'Two units that apply one object undo each other, and the first that drops it deletes it for both. A unit is known by its name, which is that of its directory unless --unit says otherwise.',
    example: 'kind: ConfigMap # in deploy/shop and in deploy/web, each a unit of its own\nmetadata: { name: settings, namespace: shop }',
  },
  KP0109: {
    title: 'Object without a name',
    severity: 'error',
    message: 'this {kind} has no name, and server-side apply needs one',
    remedy: 'Give it a metadata.name instead of generateName.',
    why: 'An object whose name is made up anew each time can be neither compared nor pruned.',
    example: 'kind: Job\nmetadata: { generateName: migrate- } # another name each time',
  },
  KP0110: {
    title: 'Circular dependency',
    severity: 'error',
    message: 'these objects wait for each other: {cycle}',
    remedy: 'Remove one of the depends-on annotations.',
    why: 'None of them could ever be the first to be applied.',
    example:
      'kind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\n  annotations: # b depends on a in turn\n    kapply.kplan.dev/depends-on: /namespaces/shop/ConfigMap/b\n---\nkind: ConfigMap\nmetadata:\n  name: b\n  namespace: shop\n  annotations:\n    kapply.kplan.dev/depends-on: /namespaces/shop/ConfigMap/a',
  },
  KP0111: {
    title: 'Unknown dependency',
    severity: 'warning',
    message: '{annotation} names {target}, which is neither planned nor in the cluster',
    remedy: 'Correct the reference (group/namespaces/NAMESPACE/Kind/name, or group/Kind/name without a namespace), or remove it.',
    why: 'The object would be applied without waiting for what it says it needs.',
    example: 'metadata:\n  annotations:\n    kapply.kplan.dev/depends-on: apps/namespaces/shop/Deployment/db',
  },
  KP0112: {
    title: 'Unreadable wave',
    severity: 'warning',
    message: '{annotation} is "{value}", which is not an integer; it counts as 0',
    remedy: 'Write an integer, in quotes.',
    why: 'Other tools ignore such a value silently, and the object is applied in another order than meant.',
    example: 'metadata:\n  annotations:\n    kapply.kplan.dev/wave: last # "5"',
  },
  KP0113: {
    title: 'Not deleted: the source is not wholly known',
    severity: 'warning',
    message: '{count} object(s) in no manifest are kept, since not all that the source asks for is known: {files}',
    remedy: 'Mend these files, or name in .kplanignore those that hold no manifest of this unit.',
    why: 'An object that cannot be read looks the same as one that was removed. A template, a broken or an encrypted file may be where it stands, and waiving the finding does not tell; so nothing that may stand there is deleted.',
    example: 'kind: ConfigMap   # a template among manifests, one of which is removed\nmetadata: {name: {{ .Release.Name }}}',
  },
  KP0114: {
    title: 'Hook that is not applied',
    severity: 'warning',
    message: '{annotation}: {value} is not applied: {reason}',
    remedy: 'Apply it by itself when it is due, or remove the annotation to have it applied with the others.',
    why: 'The object asks to be run at a moment that kapply has not: `helm test`, a rollback, or one that nobody knows. Applying it with the others would run it at the wrong one. One that is in the cluster already is left as it is: neither changed nor deleted for as long as its manifest stands.',
    example: 'kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: test # apply the manifest by itself to run it',
  },
  KP0115: {
    title: 'Hook',
    severity: 'info',
    message: '{annotation}: {value} is {when}',
    remedy:
      'Nothing is to be done if that is meant; kapply.kplan.dev/hook: skip leaves it out, and without the annotation it is an object as any other.',
    why: 'Like Helm and Argo CD, kapply makes a hook that runs to an end (a Job, a Pod) anew with each change of the unit, waits for it, and goes no further where it fails. Where nothing else changes it is not run; one that has failed is run again. What only serves such hooks (a ServiceAccount, a ConfigMap) is applied as any object, unless it is deleted once it has succeeded. Hooks of a failure (SyncFail) are run when something has been written and the apply then fails; those of a removal (pre-delete, PostDelete) are kept in the inventory of the unit and run by `kapply delete --unit`, before anything is deleted and once all but Namespaces and definitions are gone; they are deleted with the unit. A hook that is there already is always deleted before it is made anew; the other delete policies (HookSucceeded, HookFailed) hold as Helm and Argo CD have them.',
    example:
      'kind: Job # Argo CD and Helm: PreSync, PostSync, pre-upgrade, post-upgrade\nmetadata:\n  annotations:\n    kapply.kplan.dev/hook: before # or after\n    kapply.kplan.dev/hook-delete-policy: HookSucceeded',
  },
  KP0116: {
    title: 'Owner missing',
    severity: 'error',
    message: 'this {kind} is owned by {owner}, which does not exist with that uid: the garbage collector deletes it within seconds',
    remedy: 'Remove ownerReferences from the manifest, or correct the uid; --allow KP0116 applies it all the same.',
    why: 'An object whose owners are all gone is garbage. The uid of an owner is known only once it is there, so a manifest can hardly name it.',
    example: 'kind: ConfigMap\nmetadata:\n  ownerReferences:\n    - {apiVersion: v1, kind: ConfigMap, name: app, uid: of-another-cluster}',
  },
  KP0117: {
    title: 'Moved within the repository',
    severity: 'warning',
    isOfBefore: true,
    message: 'this {kind} has moved to {place} and is not deleted here',
    remedy:
      'Apply what it is part of there: --allow KP0108 takes it over. To have it deleted instead, remove it there first, or delete it with kubectl.',
    why: 'Two units are applied one after the other: if the one that an object leaves deleted it, it would be gone until the other makes it anew, and its data for good. It stays with its old unit until the new one takes it over. A part of the repository that asks for other objects of this path, too, is taken for another environment, and says nothing of moves.',
    example: 'kind: ConfigMap # was in the unit deploy/shop, is in the unit deploy/web\nmetadata: { name: settings, namespace: shop }',
  },
  KP0118: {
    title: 'Claims that go with pods',
    severity: 'error',
    message: 'with {to} replicas instead of {from}, {claims} would be deleted, with the data: whenScaled is Delete',
    remedy:
      'Keep the replicas, or set spec.persistentVolumeClaimRetentionPolicy.whenScaled to Retain before; --allow KP0118 scales down and deletes them.',
    why: 'With `whenScaled: Delete` the StatefulSet controller makes the pods that go owners of their claims, and the garbage collector deletes these with them. A volume whose reclaim policy is Delete goes too. None of it comes back when the set grows again.',
    example:
      'kind: StatefulSet\nspec:\n  replicas: 2   # 3 before\n  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}\n  volumeClaimTemplates: [{metadata: {name: data}}]',
  },
  KP0201: {
    title: 'Restart',
    severity: 'info',
    message: '{workload} restarts {pods} ({strategy})',
    remedy: 'Nothing is to be done if that is meant.',
    why: 'A changed pod template makes new pods and ends the old ones.',
    example: 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers: [{ name: main, image: "web:1.5" }] # 1.4 before',
  },
  KP0202: {
    title: 'Old value until restarted',
    severity: 'info',
    message: '{workload} keeps the old value of {config} until its pods restart ({use})',
    remedy: 'Restart it (`kubectl rollout restart`), or name the object after its content, as kustomize generators do.',
    why: 'Environment variables and subPath mounts are read once, when a container starts; nothing restarts it because they change.',
    example:
      'kind: ConfigMap\nmetadata: { name: settings }\ndata: { LEVEL: debug } # info before\n---\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - { name: main, envFrom: [{ configMapRef: { name: settings } }] }',
  },
  KP0203: {
    title: 'Value changed in place',
    severity: 'info',
    message: '{workload} sees the new {config} in its volume without a restart',
    remedy: 'Nothing is to be done if the program reads its files again; else restart it.',
    why: 'The kubelet updates mounted volumes within about a minute; programs that read their configuration only when they start do not notice.',
    example:
      'kind: ConfigMap\nmetadata: { name: settings }\ndata: { app.conf: level=debug } # level=info before\n---\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - { name: main, volumeMounts: [{ name: conf, mountPath: /conf }] }\n      volumes: [{ name: conf, configMap: { name: settings } }]',
  },
  KP0204: {
    title: 'New template that waits',
    severity: 'info',
    message: '{workload} keeps its pods at the old template until {until}',
    remedy: 'Nothing is to be done if that is meant; else {act}.',
    why: 'A paused Deployment rolls nothing out, and a workload with the update strategy OnDelete never ends a pod by itself. The change is stored at once and takes effect when somebody acts, perhaps weeks later.',
    example:
      'kind: Deployment\nspec:\n  paused: true   # the new image waits\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: main, image: "web:2"}]}   # web:1 before',
  },
  KP0301: {
    title: 'Refused by the API server',
    severity: 'error',
    message: 'the API server refuses this in a dry run: {message}',
    remedy: 'Change the manifest as the message asks; if a webhook or policy says it, ask who runs that.',
    why: 'The cluster was asked to make the change without keeping it, and said no. It would say the same when the change is applied. Its own words are told; of Secrets only the fields.',
    example: 'kind: Deployment\nmetadata: {name: web, labels: {}}   # a webhook asks for the label owner',
  },
  KP0302: {
    title: 'Webhook that nobody answers for',
    severity: 'warning',
    message:
      'the {kind} {webhook} of {configuration} is asked about {count} of these changes and refuses what it cannot answer: its Service {service} {problem}',
    remedy: 'Bring the webhook up first, or remove its configuration if nobody needs it any more.',
    why: 'The API server refuses a write if a webhook with the failure policy Fail cannot be called. A configuration that outlives its Service, or a webhook whose pods are down, stops every change that it is asked about.',
    example:
      'kind: ValidatingWebhookConfiguration # there, and a ConfigMap changes\nwebhooks:\n  - name: maps.guard.example\n    failurePolicy: Fail\n    clientConfig: { service: { namespace: guard, name: guard } } # is gone\n    rules:\n      - apiGroups: [""]\n        apiVersions: [v1]\n        operations: ["*"]\n        resources: [configmaps]',
  },
  KP0303: {
    title: 'Kind that the cluster does not serve',
    severity: 'error',
    message: 'this cluster does not serve {kind} of {apiVersion}{others}',
    remedy: 'Use a version that the cluster serves, install what serves it, or have the API server serve it (--runtime-config).',
    why: 'Kubernetes knows the kind, and this cluster does not serve it: it is off by default, was turned off, or the server behind an aggregated API is down. An apply of it ends with 404.',
    example: 'apiVersion: resource.k8s.io/v1alpha3 # off unless --runtime-config says on\nkind: DeviceTaintRule',
  },
};
