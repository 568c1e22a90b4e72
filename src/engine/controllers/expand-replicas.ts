import { nameOf, namespaceOf, refOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getBoolean, getNumber, getObject, getString } from '../../std/index.ts';
import type { Expander, Expansion, ExpansionContext } from './expansion.ts';
import { childrenOf, toControllerReference } from './ownership.ts';
import { toPod } from './pod-factory.ts';
import { desiredReplicas, findAutoscaler, isActivePod } from './replicas.ts';
import { latestOf, listRelatedPods, orderVictims } from './victims.ts';
import { computeTemplateHash } from './template-hash/template-hash.ts';
import { isSameTemplate, TEMPLATE_HASH, templateOf, toTemplateHash } from './template.ts';

/** A Deployment's newest ReplicaSet with all replicas, its older ones with none. */
export const EXPAND_DEPLOYMENT: Expander = {
  group: 'apps',
  kind: 'Deployment',
  inputs: (deployment, world) => {
    const sets = childrenOf(world, deployment, 'apps', 'ReplicaSet');
    return [
      findAutoscaler(world, deployment),
      ...namesakesOf(deployment, world),
      ...sets,
      ...sets.flatMap((set) => childrenOf(world, set, '', 'Pod')),
    ];
  },
  expand: (deployment, context) => {
    const { world } = context;
    const sets = childrenOf(world, deployment, 'apps', 'ReplicaSet');
    const current = sets.find((set) => isSameTemplate(templateOf(set), templateOf(deployment)));
    if (getBoolean(deployment, 'spec', 'paused') === true && sets.length > 0) return { add: [], remove: [] };
    const replicas = desiredReplicas(deployment, findAutoscaler(world, deployment));
    const set = withReplicas(
      current ?? toReplicaSet(deployment, sets.length === 0 ? toFirstHash(deployment) : toHash(deployment)),
      replicas,
    );
    const stem = namesakesOf(deployment, world).length === 0 ? nameOf(deployment) : nameOf(set);
    const pods = expandPods(set, replicas, stem, context);
    const old = sets.filter((other) => other !== current);
    const gone = old.flatMap((other) => childrenOf(world, other, '', 'Pod')).map(refOf);
    return { add: [set, ...old.map((other) => withReplicas(other, 0)), ...pods.add], remove: [...pods.remove, ...gone] };
  },
};

/** A ReplicaSet of its own. */
export const EXPAND_REPLICA_SET: Expander = {
  group: 'apps',
  kind: 'ReplicaSet',
  inputs: (set, world) => [findAutoscaler(world, set), ...childrenOf(world, set, '', 'Pod')],
  expand: (set, context) => expandStandalone(set, context),
};

/** A ReplicationController. */
export const EXPAND_REPLICATION_CONTROLLER: Expander = {
  group: '',
  kind: 'ReplicationController',
  inputs: (controller, world) => [findAutoscaler(world, controller), ...childrenOf(world, controller, '', 'Pod')],
  expand: (controller, context) => expandStandalone(controller, context),
};

function expandStandalone(workload: KubernetesObject, context: ExpansionContext): Expansion {
  if (workload.metadata['ownerReferences'] !== undefined && isOwnedByDeployment(workload)) return { add: [], remove: [] };
  return expandPods(workload, desiredReplicas(workload, findAutoscaler(context.world, workload)), nameOf(workload), context);
}

function isOwnedByDeployment(workload: KubernetesObject): boolean {
  const references = workload.metadata['ownerReferences'];
  return Array.isArray(references) && references.some((reference) => getString(reference, 'kind') === 'Deployment');
}

/** Workloads whose pods would have the same names as this Deployment's. */
function namesakesOf(deployment: KubernetesObject, world: ExpansionContext['world']): readonly KubernetesObject[] {
  const namespace = namespaceOf(deployment);
  const kinds = [
    ['', 'ReplicationController'],
    ['apps', 'DaemonSet'],
    ['apps', 'ReplicaSet'],
    ['apps', 'StatefulSet'],
    ['batch', 'Job'],
  ] as const;
  return kinds.flatMap(
    ([group, kind]) => world.get({ group, kind, name: nameOf(deployment), ...(namespace === undefined ? {} : { namespace }) }) ?? [],
  );
}

// The first ReplicaSet has no other to be told from: a name that does not follow from the template stays when that changes.
function toFirstHash(deployment: KubernetesObject): string {
  return toTemplateHash([namespaceOf(deployment) ?? '', nameOf(deployment)]);
}

/** The hash of a Deployment's template, as the controller of a minor version computes it. Some templates get one of our own. */
export function toHash(deployment: KubernetesObject, kubernetesVersion?: string): string {
  const template = templateOf(deployment);
  return computeTemplateHash(template, kubernetesVersion, getNumber(deployment, 'status', 'collisionCount')) ?? toTemplateHash(template);
}

/** The ReplicaSet that a Deployment makes of its template, which has this hash. */
export function toReplicaSet(deployment: KubernetesObject, hash: string): KubernetesObject {
  const template = templateOf(deployment);
  const labels = { ...getObject(template, 'metadata', 'labels'), [TEMPLATE_HASH]: hash };
  const selector = getObject(deployment, 'spec', 'selector') ?? {};
  const namespace = namespaceOf(deployment);
  const ready = getNumber(deployment, 'spec', 'minReadySeconds');
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${nameOf(deployment)}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      ownerReferences: [toControllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      ...(ready === undefined ? {} : { minReadySeconds: ready }),
      selector: { ...selector, matchLabels: { ...getObject(selector, 'matchLabels'), [TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...getObject(template, 'metadata'), labels } },
    },
  };
}

/** A copy of a workload with so many replicas; the same object if it has them. */
export function withReplicas(workload: KubernetesObject, replicas: number): KubernetesObject {
  if (getNumber(workload, 'spec', 'replicas') === replicas) return workload;
  return { ...workload, spec: { ...getObject(workload, 'spec'), replicas } };
}

/** Keeps live pods, gives up those too many and makes up for those missing. */
function expandPods(owner: KubernetesObject, replicas: number, stem: string, { world, admission }: ExpansionContext): Expansion {
  const pods = childrenOf(world, owner, '', 'Pod');
  const active = pods.filter(isActivePod);
  const surplus = listSurplus(world, owner, active, active.length - replicas);
  const taken = new Set(pods.map(nameOf));
  const add: KubernetesObject[] = [];
  for (let ordinal = 0; add.length + active.length < replicas; ordinal++) {
    const name = `${stem}-${ordinal}`;
    if (!taken.has(name)) add.push(toPod(owner, templateOf(owner), { name }, admission));
  }
  return { add, remove: [...surplus, ...pods.filter((pod) => !isActivePod(pod))].map(refOf) };
}

/** So many of a ReplicaSet's pods as it gives up first, as of the latest time that they tell of. */
function listSurplus(
  world: World,
  owner: KubernetesObject,
  active: readonly KubernetesObject[],
  count: number,
): readonly KubernetesObject[] {
  if (count <= 0) return [];
  const related = listRelatedPods(world, owner);
  return orderVictims(active, { related, now: latestOf(related) }).slice(0, count);
}
