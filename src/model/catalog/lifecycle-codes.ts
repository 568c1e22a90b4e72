import type { CatalogTable } from './entry.ts';

/** Codes of the family KP04: what a changed field does to how pods serve, end and come back, and to what is stored. */
export const LIFECYCLE_CODES: CatalogTable = {
  KP0401: {
    title: 'Readiness probe removed',
    severity: 'warning',
    message: 'container {container} of {object} has no readiness probe any more: it counts as ready as soon as it runs',
    remedy: 'Keep a readinessProbe, be it a plain TCP one.',
    why: 'Services send requests to a pod that is ready, and an update takes the next pod away once the new one is. Without a probe both happen while the program still starts: clients see errors, and a version that never answers replaces all pods.',
    example:
      'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: main\n          image: web   # and readinessProbe: {tcpSocket: {port: 80}} before',
  },
  KP0402: {
    title: 'All pods at once',
    severity: 'warning',
    message: 'each update of {object} ends {pods} at once from now on, before a new one is ready',
    remedy: 'Use RollingUpdate with a maxUnavailable below the number of pods, unless two versions must never run side by side.',
    why: 'With the strategy Recreate, or a maxUnavailable of all pods, nobody answers between the end of the old pods and the readiness of the new ones, at each change of the template.',
    example: 'kind: Deployment\nspec:\n  replicas: 3\n  strategy: {type: Recreate}   # RollingUpdate before',
  },
  KP0403: {
    title: 'No pods left',
    severity: 'warning',
    message: '{object} has no pods any more, {from} before{services}',
    remedy: 'Nothing is to be done if it is meant to stop; else give it replicas.',
    why: 'With 0 replicas nothing runs, and an autoscaler of the workload is off until somebody gives it a pod again.',
    example: 'kind: Deployment\nspec:\n  replicas: 0   # 3 before',
  },
  KP0404: {
    title: 'Disruption budget weakened',
    severity: 'warning',
    message: '{share} of the {of} may be evicted at once, where {object} allowed {allowed}',
    remedy: 'Keep the budget, or give the pods another one.',
    why: 'Drains of nodes, autoscalers of clusters and upgrades evict pods as far as budgets let them. Without one they may take all pods of a workload in the same minute.',
    example:
      'kind: PodDisruptionBudget\nspec:\n  selector: {matchLabels: {app: web}}\n  maxUnavailable: 100%   # 1 before; or the budget is deleted',
  },
  KP0405: {
    title: 'Autoscaling reduced',
    severity: 'warning',
    message: '{what}',
    remedy: 'Nothing is to be done if that is meant; else restore {object} as it was.',
    why: 'What an autoscaler kept up goes with its bounds: a lower maximum ends pods at once, a lower minimum when load falls, and without the autoscaler nobody adds pods when load comes.',
    example:
      'kind: HorizontalPodAutoscaler\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n  maxReplicas: 4   # 12 before',
  },
  KP0406: {
    title: 'Less time to end',
    severity: 'info',
    message: 'pods of {object} get {to} s to end instead of {from} s{note}',
    remedy: 'Nothing is to be done if the program ends within that time; else give it terminationGracePeriodSeconds.',
    why: 'A pod that does not end by itself in this time is killed: requests that run are cut off, and what was not written is lost.',
    example:
      'kind: Deployment\nspec:\n  template:\n    spec:\n      terminationGracePeriodSeconds: 0   # 30 before\n      containers: [{name: main, image: web}]',
  },
  KP0407: {
    title: 'Data that goes with its claim',
    severity: 'warning',
    message: 'of {object} from now on {what}',
    remedy: 'Keep `Retain` where the data matters more than the disk.',
    why: 'With the policy Delete the storage behind a claim is deleted with it, within seconds and for good. Nothing is lost by this change itself: the next deletion loses it.',
    example: 'kind: PersistentVolume\nspec:\n  persistentVolumeReclaimPolicy: Delete   # Retain before',
  },
  KP0408: {
    title: 'Finalizer',
    severity: 'info',
    message: '{object} {what}',
    remedy: 'Make sure that whoever the finalizer belongs to runs for as long as the object is there.',
    why: 'An object with a finalizer is only marked when it is deleted, and stays until the finalizer is taken out. If its controller is gone first, it stays for ever, and its Namespace with it.',
    example: 'kind: ConfigMap\nmetadata:\n  finalizers: [example.com/cleanup]   # new',
  },
  KP0409: {
    title: 'Empty claims of a renamed StatefulSet',
    severity: 'warning',
    message: '{object} begins with new, empty claims ({made}); those of its old name are {old}',
    remedy: 'Keep the name; or copy the data into claims of the new name before (snapshot, backup), and then delete the old ones.',
    why: 'A StatefulSet names its claims after itself. Under another name, or in another namespace, its pods find none of them and start with empty disks: a database comes up without its data, and looks healthy.',
    example:
      'kind: StatefulSet\nmetadata: { name: postgres } # db before\nspec:\n  serviceName: db\n  replicas: 2\n  volumeClaimTemplates: [{ metadata: { name: data } }]',
  },
};
