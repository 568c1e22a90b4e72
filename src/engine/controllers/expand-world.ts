import {
  labelsOf,
  nameOf,
  namespaceOf,
  parseApiVersion,
  refKeyOf,
  refOf,
  toRefKey,
  withMetadata,
  type KubernetesObject,
  type RefKey,
  type World,
} from '../../model/index.ts';
import { compareBy, getNumber, getObject, getOrAdd, getString, type JsonObject } from '../../std/index.ts';
import { admitPod, podAdmissionOf, type PodAdmission } from './admission/pod-admission.ts';
import { isLive, QuotaLedger } from './admission/quota-ledger.ts';
import { createAssembler } from './assemble.ts';
import { boundReplicas } from './bound-replicas.ts';
import { EXPAND_DAEMON_SET } from './expand-daemon-set.ts';
import { EXPAND_JOB } from './expand-job.ts';
import { EXPAND_DEPLOYMENT, EXPAND_REPLICA_SET, EXPAND_REPLICATION_CONTROLLER } from './expand-replicas.ts';
import { EXPAND_STATEFUL_SET } from './expand-stateful-set.ts';
import type { Expander, Expansion } from './expansion.ts';
import { withConditionTaints } from './node-taints.ts';
import { childrenOf, controllerKeyOf, controllerReferenceOf, isControlledBy } from './ownership.ts';
import { listSent, Sending, type RefusedObject } from './refused-objects.ts';
import { admitExpansion, listRefusedTemplates, type RefusedPods } from './refused-pods.ts';
import { toDefaultAccount } from './service-account.ts';

/** Workloads that make others or pods. CronJobs make nothing until their time comes. */
const EXPANDERS: readonly Expander[] = [
  EXPAND_DAEMON_SET,
  EXPAND_DEPLOYMENT,
  EXPAND_JOB,
  EXPAND_REPLICA_SET,
  EXPAND_REPLICATION_CONTROLLER,
  EXPAND_STATEFUL_SET,
];

/** Owners whose absence means that they were deleted, so that what they own goes too. */
const OWNING_KINDS: ReadonlySet<string> = new Set([
  '/ReplicationController',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
]);

/**
 * The world that the controllers lead to once everything has settled: ReplicaSets, pods and claims of the workloads,
 * default ServiceAccounts and namespace labels, with pods as admission stores them. Live children are kept where the
 * controllers would keep them; the names of new ones are `<owner>-<ordinal>` (of a Deployment's pods: its own name, or
 * its ReplicaSet's where another workload has the name). Of a workload that asks for more pods than the nodes could ever hold only
 * so many are there, and one (`boundReplicas`). Computed once for a world, and again only for what differs.
 */
export function expandWorld(world: World): World {
  return world.derive(expand).world;
}

/**
 * The pods that workloads of a world want and that quotas, LimitRanges, classes or Pod Security refuse them: the expanded world
 * has them not.
 */
export function listRefusedPods(world: World): readonly RefusedPods[] {
  return world.derive(expand).refused;
}

/** The objects of a plan that quotas refuse, in the order in which they are sent: none in a world without an order. */
export function listRefusedObjects(world: World): readonly RefusedObject[] {
  return world.derive(expand).sent;
}

/** The same of manifests that no controller acts on at once: pods that stand alone, which are not made, and CronJobs. */
export function listRefusedManifests(world: World): readonly RefusedPods[] {
  return world.derive(listRefusedAlone);
}

function listRefusedAlone(world: World): readonly RefusedPods[] {
  return listRefusedTemplates(world, podAdmissionOf(world));
}

interface Expanded {
  readonly world: World;
  readonly refused: readonly RefusedPods[];
  readonly sent: readonly RefusedObject[];
}

function expand(asked: World): Expanded {
  const { world, overlarge } = boundReplicas(asked);
  const omitted = new Map(overlarge.map((item) => [toRefKey(item.workload), item.asked - item.kept]));
  const base = taintNodes(removeOrphans(world));
  const admission = podAdmissionOf(base);
  const expansions = EXPANDERS.flatMap((expander) =>
    base
      .byKind(expander.group, expander.kind)
      .map((workload) => ({ workload, expansion: expandOnce(expander, workload, base, admission) })),
  );
  const remove = expansions.flatMap(({ expansion }) => expansion.remove);
  const kept = base.without(remove);
  const sent = listSent(base);
  const hasQuotas = base.byKind('', 'ResourceQuota').length > 0;
  const replaced = hasQuotas ? [...expansions.flatMap(({ expansion }) => expansion.add), ...sent].map(refOf) : [];
  const waveOf = (object: KubernetesObject): number => base.order?.waves.get(refKeyOf(object)) ?? -1;
  const made = new Set(sent);
  let reached = -Infinity;
  const missing = new Set<RefKey>();
  // A quota that is made rules what is sent after it: what is sent beside it is there before its use is known.
  const rules = (quota: KubernetesObject): boolean => !made.has(quota) || (waveOf(quota) < reached && !missing.has(refKeyOf(quota)));
  const ledger = new QuotaLedger(kept.without(replaced), kept, rules);
  const sending = new Sending(ledger, admission, base.order);
  const waiting = sent.toSorted(compareBy(waveOf, refKeyOf));
  let next = 0;
  const sendUntil = (wave: number): void => {
    for (let object = waiting[next]; object !== undefined && waveOf(object) <= wave; object = waiting[++next]) {
      reached = waveOf(object);
      if (!sending.send(object)) missing.add(refKeyOf(object));
    }
    reached = wave;
  };
  const admitted = expansions
    .toSorted(
      compareBy(
        ({ workload }) => waveOf(workload),
        ({ workload }) => !isLive(workload),
        ({ workload }) => namespaceOf(workload) ?? '',
        ({ workload }) => nameOf(workload),
      ),
    )
    .map(({ workload, expansion }) => {
      sendUntil(waveOf(workload));
      if (missing.has(refKeyOf(workload))) return { add: [] };
      return admitExpansion(workload, expansion, { admission, ledger, world: base, omitted: omitted.get(toRefKey(refOf(workload))) ?? 0 });
    });
  sendUntil(Infinity);
  const batches = [...admitted.map((item) => item.add), listNamespaceDefaults(base), listAdmittedPods(base, admission)];
  // Who reads of a refusal knows the workload as it stands.
  const refused = admitted.flatMap((item) => item.refused ?? []);
  return {
    world: getOrAdd(ASSEMBLERS, admission, createAssembler)(kept.inOrder(undefined), batches),
    sent: sending.refused,
    refused: refused.map((item) => ({ ...item, workload: asked.get(refOf(item.workload)) ?? item.workload })),
  };
}

/** Worlds in which pods are admitted alike come one after the other. */
const ASSEMBLERS = new WeakMap<PodAdmission, ReturnType<typeof createAssembler>>();

interface Known {
  readonly admission: PodAdmission;
  readonly inputs: readonly unknown[];
  readonly expansion: Expansion;
}

const KNOWN = new WeakMap<KubernetesObject, Known>();

function expandOnce(expander: Expander, workload: KubernetesObject, world: World, admission: PodAdmission): Expansion {
  const inputs = expander.inputs(workload, world);
  const known = KNOWN.get(workload);
  if (known?.admission === admission && isSameList(known.inputs, inputs)) return known.expansion;
  const expansion = expander.expand(workload, { world, admission });
  KNOWN.set(workload, { admission, inputs, expansion });
  return expansion;
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** A world without what deleted owners leave behind, as the garbage collector would. */
export function removeOrphans(world: World): World {
  const orphans: KubernetesObject[] = [];
  for (const [group, kind] of [
    ['apps', 'ReplicaSet'],
    ['batch', 'Job'],
    ['', 'Pod'],
  ] as const) {
    const index = world.kind(group, kind);
    for (const key of index.groupKeys(controllerKeyOf)) orphans.push(...listOrphans(world, index.inGroup(controllerKeyOf, key)));
  }
  if (orphans.length === 0) return world;
  const pods = orphans.flatMap((owner) => childrenOf(world, owner, '', 'Pod'));
  return world.without([...orphans, ...pods].map(refOf));
}

/** Those of some objects, which name the same controller, that it does not control. */
function listOrphans(world: World, children: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const [first] = children;
  const reference = first === undefined ? undefined : controllerReferenceOf(first);
  if (first === undefined || reference === undefined) return [];
  const { group } = parseApiVersion(getString(reference, 'apiVersion') ?? '');
  const kind = getString(reference, 'kind') ?? '';
  if (!OWNING_KINDS.has(`${group}/${kind}`)) return [];
  const namespace = namespaceOf(first);
  const owner = world.get({ group, kind, name: getString(reference, 'name') ?? '', ...(namespace === undefined ? {} : { namespace }) });
  return owner === undefined ? children : children.filter((child) => !isControlledBy(child, owner));
}

function taintNodes(world: World): World {
  const tainted = world.byKind('', 'Node').flatMap((node) => {
    const object = withConditionTaints(node);
    return object === node ? [] : [object];
  });
  return tainted.length === 0 ? world : world.with(tainted);
}

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

function listNamespaceDefaults(world: World): KubernetesObject[] {
  return world.byKind('', 'Namespace').flatMap((namespace) => {
    const name = nameOf(namespace);
    const account = world.get({ group: '', kind: 'ServiceAccount', namespace: name, name: 'default' });
    return [
      ...(labelsOf(namespace).get(NAMESPACE_NAME) === name ? [] : [labelled(namespace, name)]),
      ...(account === undefined ? [toDefaultAccount(name)] : []),
    ];
  });
}

function labelled(namespace: KubernetesObject, name: string): KubernetesObject {
  return withMetadata(namespace, { labels: { ...getObject(namespace.metadata, 'labels'), [NAMESPACE_NAME]: name } });
}

/** Pods that stand in the repository themselves, as admission would store them. */
function listAdmittedPods(world: World, admission: PodAdmission): KubernetesObject[] {
  return world.byKind('', 'Pod').flatMap((pod) => {
    const spec: JsonObject = getObject(pod, 'spec') ?? {};
    const isStored = getNumber(spec, 'priority') !== undefined || getString(pod.metadata, 'uid') !== undefined;
    return isStored ? [] : [{ ...pod, spec: admitPod(spec, getString(pod.metadata, 'namespace'), admission).spec }];
  });
}
