import { readSchedulerConfiguration, schedule } from '../../src/engine/scheduler/index.ts';
import {
  isKubernetesObject,
  nameOf,
  namespaceOf,
  World,
  type KubernetesObject,
  type NodeExplanation,
  type Placement,
} from '../../src/model/index.ts';
import { getArray, getNumber, getObject, getString, parseJson, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import type { Comparison, Difference } from './judge.ts';
import { NEWEST, ofRelease, type OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';
import { makeSchedulerCase } from './scheduler-world/case.ts';

/**
 * Every plugin that refuses with each of its reasons, quoted names left out; but for a missing claim that NodeVolumeLimits looks up, which
 * comes once in 50,000 worlds. A node that was not looked at has no plugin.
 */
const REASONS: readonly string[] = [
  ": node(s) didn't satisfy plugin(s) [NodeAffinity]",
  'DynamicResources: ResourceClaim was not created for Pod (Pod is not owner)',
  'DynamicResources: cannot allocate all claims',
  'DynamicResources: cannot fit resource',
  'DynamicResources: cannot schedule extended resource claim',
  'DynamicResources: could not find ResourceClaim',
  'DynamicResources: device class does not exist',
  'DynamicResources: invalid resource pools were encountered',
  'DynamicResources: pod: ResourceClaim not created yet',
  'DynamicResources: resource claim is in the process of being allocated',
  'DynamicResources: resourceclaim is being deleted',
  'DynamicResources: resourceclaim not available on the node',
  "InterPodAffinity: node(s) didn't match pod affinity rules",
  "InterPodAffinity: node(s) didn't match pod anti-affinity rules",
  "InterPodAffinity: node(s) didn't satisfy existing pods anti-affinity rules",
  "NodeAffinity: node(s) didn't match scheduler-enforced node affinity",
  "NodeAffinity: node(s) didn't match Pod's node affinity/selector",
  "NodeDeclaredFeatures: node(s) didn't match Pod's required features",
  "NodePorts: node(s) didn't have free ports for the requested pod ports",
  'NodeResourcesFit: Insufficient cpu',
  'NodeResourcesFit: Insufficient ephemeral-storage',
  'NodeResourcesFit: Insufficient example.com/gpu',
  'NodeResourcesFit: Insufficient hugepages-2Mi',
  'NodeResourcesFit: Insufficient memory',
  'NodeResourcesFit: Too many pods',
  'NodeUnschedulable: node(s) were unschedulable',
  'NodeVolumeLimits: node(s) exceed max volume count',
  "PodTopologySpread: node(s) didn't match pod topology spread constraints",
  "PodTopologySpread: node(s) didn't match pod topology spread constraints (missing required label)",
  'TaintToleration: node(s) had untolerated taint(s)',
  'VolumeBinding: PVC was not created for pod (pod is not owner)',
  'VolumeBinding: node(s) did not have enough free storage',
  "VolumeBinding: node(s) didn't find available persistent volumes to bind",
  "VolumeBinding: node(s) didn't match PersistentVolume's node affinity",
  'VolumeBinding: node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
  'VolumeBinding: persistentvolumeclaim bound to non-existent persistentvolume',
  'VolumeBinding: persistentvolumeclaim is being deleted',
  'VolumeBinding: persistentvolumeclaim not found',
  'VolumeBinding: pod has unbound immediate PersistentVolumeClaims',
  'VolumeBinding: waiting for ephemeral volume controller to create the persistentvolumeclaim',
  'VolumeRestrictions: node(s) had no available disk',
  'VolumeRestrictions: node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
  'VolumeRestrictions: persistentvolumeclaim not found',
  'VolumeZone: PersistentVolume had no name',
  'VolumeZone: PersistentVolumeClaim had no pv name and storageClass name',
  'VolumeZone: node(s) had no available volume zone',
  'VolumeZone: persistentvolume not found',
  'VolumeZone: persistentvolumeclaim not found',
  'VolumeZone: storageclass.storage.k8s.io not found',
];

const SCORES: readonly string[] = [
  'DynamicResources',
  'ImageLocality',
  'InterPodAffinity',
  'NodeAffinity',
  'NodeResourcesBalancedAllocation',
  'NodeResourcesFit',
  'PodTopologySpread',
  'TaintToleration',
];

const OUTCOMES: readonly string[] = [
  'after others',
  'beside nominated pods',
  'counters decide',
  'extended resources as devices',
  'kept its nomination',
  'other profiles',
  'best of several',
  'failed',
  'no nodes',
  'one node left',
  'preempted',
  'refused',
  'tie',
];

/** The release that deletes victims once more that are going already. */
const DELETING_TWICE = '1.34';

/** Words of what not every release knows, with the first that does. */
const SINCE: readonly (readonly [word: string, release: string])[] = [
  ['NodeDeclaredFeatures', '1.36'],
  ['counters', '1.36'],
  ['cannot fit resource', '1.36'],
  ['extended resource', '1.36'],
  ['invalid resource pools', '1.35'],
  ['score DynamicResources', '1.35'],
];

/**
 * Whether a pod meets the same verdict on each node, in the same words, and the same scores as with the plugins of kube-scheduler's
 * default profile, and the same victims.
 */
export const schedulerJudge: OracleJudge = judgeOf(NEWEST);

/** The same of the releases before the newest that are supported. */
export const schedulerJudges: readonly OracleJudge[] = ['1.34', '1.35'].map(judgeOf);

/** What a run for a release must have had: earlier ones know less, and write a sentence in small letters. */
function listBranches(release: string): readonly string[] {
  const all = [...REASONS.map((reason) => `reason ${reason}`), ...SCORES.map((plugin) => `score ${plugin}`), ...OUTCOMES];
  if (release === NEWEST) return all;
  const known = all.filter((branch) => !SINCE.some(([word, first]) => release < first && branch.includes(word)));
  return known.map((branch) => branch.replace('for Pod (Pod is', 'for pod (pod is'));
}

function judgeOf(release: string): OracleJudge {
  return {
    ...ofRelease('scheduler', release),
    cases: 4000,
    branches: listBranches(release),
    often: { cases: 20_000, times: 20 },
    // Releases before the newest go through pools and their slices in the order of Go maps.
    generate: release === NEWEST ? makeSchedulerCase : (random) => withOneSlice(makeSchedulerCase(random), random),
    compare: (input, answer) => compare(input, answer, release),
  };
}

/** A case in which a node sees one slice of one pool of devices. */
function withOneSlice(input: JsonValue, random: Random): JsonValue {
  const kept = random.pick(['gpu-', 'zonal', 'shared']);
  const objects = getArray(input, 'objects').filter((object) => {
    const name = getString(object, 'metadata', 'name') ?? '';
    return getString(object, 'kind') !== 'ResourceSlice' || (name.startsWith(kept) && name.endsWith('-0') && !name.includes('counters'));
  });
  return { ...getObject(input), objects };
}

interface Told {
  readonly verdict: string;
  readonly plugin: string;
  readonly reasons: readonly string[];
  readonly scores: ReadonlyMap<string, number>;
}

function compare(input: JsonValue, answer: JsonValue, kubernetesVersion: string): Comparison | undefined {
  const pods = [getObject(input, 'pod') ?? null, ...getArray(input, 'next')];
  const waiting = getArray(input, 'waiting');
  const objects = getArray(input, 'objects');
  if (!pods.every(isWhole) || !objects.every(isWhole) || !waiting.every(isWhole) || !isInOrder([...pods, ...waiting])) return undefined;
  const given = getObject(input, 'configuration');
  const configuration = given === undefined ? undefined : readSchedulerConfiguration(given, kubernetesVersion);
  const refused = getArray(answer, 'refused');
  const problems = configuration?.problems ?? [];
  if (refused.length + problems.length > 0) return compareRefusals(problems, refused);
  const options = { kubernetesVersion, ...(configuration === undefined ? {} : { profiles: configuration.profiles }) };
  const world = World.of([...objects, ...pods, ...waiting]);
  const { placements, preempted } = schedule(world, { ...options, explain: '*' });
  // A pod that is explained is asked of every plugin on every node; where it goes is otherwise found out faster.
  const quick = new Map(schedule(world, { ...options, namesTies: true }).placements.map((item) => [item.pod, item]));
  const coverage = new Set<string>([
    ...(pods.length > 1 ? ['after others'] : []),
    ...(configuration === undefined ? [] : ['other profiles']),
    ...(waiting.length === 0 ? [] : ['beside nominated pods']),
    ...(doesDecide('consumesCounters', [...objects, ...pods, ...waiting], placements, kubernetesVersion) ? ['counters decide'] : []),
    ...(doesDecide('extendedResourceName', [...objects, ...pods, ...waiting], placements, kubernetesVersion)
      ? ['extended resources as devices']
      : []),
  ]);
  for (const [index, told] of [answer, ...getArray(answer, 'next')].entries()) {
    const pod = pods[index];
    const key = pod === undefined ? '' : toKey(pod);
    const placement = placements.find((item) => item.pod === key);
    if (pod === undefined || placement === undefined) return undefined;
    const real = new Map(getArray(told, 'nodes').map((node) => [getString(node, 'node') ?? '', toTold(node)]));
    for (const item of listCoverage(real, getString(told, 'nominated') ?? '')) coverage.add(item);
    const victims = preempted.filter(({ by }) => by === key).map((item) => item.pod);
    const going = kubernetesVersion === DELETING_TWICE ? objects.filter(isTerminating).map(toKey) : [];
    const failed = getString(told, 'failed') ?? '';
    if (failed !== '') coverage.add('failed');
    if (getString(told, 'kept') !== undefined) coverage.add('kept its nomination');
    const compareTold = (): Difference | undefined =>
      failed === '' ? comparePod({ placement, victims, going }, real, told) : compareFailure(placement, failed);
    const [slow, fast] = [showPlace(placement), showPlace(quick.get(key))];
    const difference = slow === fast ? compareTold() : { signature: 'what is not explained', ours: fast, servers: slow };
    if (difference !== undefined) return { coverage: [...coverage], difference };
  }
  return { coverage: [...coverage] };
}

/** Whether pods would find other nodes fit without a field. */
function doesDecide(
  word: string,
  objects: readonly KubernetesObject[],
  placements: readonly Placement[],
  kubernetesVersion: string,
): boolean {
  const text = stringifyJson(objects);
  if (!text.includes(`"${word}":`)) return false;
  const plain = parseJson(text.replaceAll(`"${word}":`, '"left-out":'));
  const { placements: others } = schedule(World.of(getArray(plain).filter(isKubernetesObject)), { kubernetesVersion });
  return placements.some(({ feasible }, index) => others[index]?.feasible !== feasible);
}

/** Both refuse the configuration, or it is a difference. */
function compareRefusals(problems: readonly { readonly message: string }[], refused: readonly JsonValue[]): Comparison {
  const difference = {
    signature: 'the configuration is refused',
    ours: stringifyJson(problems.map(({ message }) => message)),
    servers: stringifyJson(refused),
  };
  return problems.length > 0 && refused.length > 0 ? { coverage: [] } : { coverage: [], difference };
}

/** What stops a claim for all devices at one of its pools. */
const OF_POOL = /plugin: (pool .* is invalid: |(claim|class) .*(resource pool .* is currently (being updated|invalid)$|CEL runtime error))/;

/** Both end the cycle with an error, the same. */
function compareFailure({ node, message }: Placement, failed: string): Difference | undefined {
  if (node === null && message === failed) return undefined;
  const isOther = node === null && message !== failed && [message, failed].every((text) => OF_POOL.test(text));
  return {
    signature: isOther ? 'the error of a cycle, of another pool' : 'the error of a cycle',
    ours: stringifyJson({ node, message }),
    servers: stringifyJson(failed),
  };
}

/** Whether pods are looked at in the order in which they stand: the most important first, those as important by age. */
function isInOrder(pods: readonly KubernetesObject[]): boolean {
  const times = pods.map((pod) => getString(pod.metadata, 'creationTimestamp') ?? '');
  const priorities = pods.map((pod) => getNumber(pod, 'spec', 'priority') ?? 0);
  if (pods.length > 1 && times.includes('')) return false;
  return pods.every(
    (_, index) =>
      index === 0 ||
      (priorities[index - 1] ?? 0) > (priorities[index] ?? 0) ||
      (priorities[index - 1] === priorities[index] && (times[index - 1] ?? '') < (times[index] ?? '')),
  );
}

interface Ours {
  readonly placement: Placement;
  readonly victims: readonly string[];
  /** Victims that are not told of, since they were going before. */
  readonly going: readonly string[];
}

function comparePod({ placement, victims, going }: Ours, real: ReadonlyMap<string, Told>, answer: JsonValue): Difference | undefined {
  const differ = (signature: string, ours: JsonValue, servers: JsonValue): Difference => ({
    signature,
    ours: stringifyJson(ours),
    servers: stringifyJson(servers),
  });
  const nominated = getString(answer, 'nominated') ?? '';
  if (nominated !== '') {
    const ours = { node: placement.node, victims: victims.toSorted() };
    const told = getArray(answer, 'victims').filter((victim) => typeof victim === 'string' && !going.includes(victim));
    const servers = { node: nominated, victims: told };
    return stringifyJson(ours) === stringifyJson(servers) ? undefined : differ('preemption', ours, servers);
  }
  const kept = getString(answer, 'kept');
  if (kept !== undefined) {
    const [ours, servers] = [stringifyJson([placement.node, placement.feasible]), stringifyJson([kept, 1])];
    return ours === servers ? undefined : { signature: 'the nominated node', ours, servers };
  }
  for (const node of placement.nodes ?? []) {
    const told = real.get(node.node);
    const aspect = told === undefined ? 'a node unknown there' : findAspect(node, told);
    if (aspect !== undefined) return differ(`${aspect} differs`, showOurs(node), told === undefined ? null : showReal(told));
  }
  if (placement.nodes !== undefined && placement.nodes.length !== real.size) return differ('nodes', placement.nodes.length, real.size);
  const message = getString(answer, 'message') ?? '';
  if (message !== '' && inOrder(message) !== inOrder(placement.message)) return differ('message', placement.message, message);
  const best = bestOf(answer);
  if (best.length > 0 && stringifyJson(best) !== stringifyJson(placement.best)) return differ('best nodes', [...placement.best], [...best]);
  return undefined;
}

/** Preemption begins with a random node: of several nodes that end in an error, any may be told first. */
function inOrder(message: string): string {
  return message.replace(/(?<=preemption: \[)running .*(?=\]$)/, (list) =>
    list
      .split(/, (?=running ")/)
      .toSorted()
      .join(', '),
  );
}

function isTerminating({ metadata }: KubernetesObject): boolean {
  return metadata['deletionTimestamp'] !== undefined;
}

function toKey(pod: KubernetesObject): string {
  return `${namespaceOf(pod) ?? ''}/${nameOf(pod)}`;
}

/** Whether an object still has what the API demands. */
function isWhole(object: JsonValue): object is KubernetesObject {
  if (!isKubernetesObject(object) || getString(object.metadata, 'name') === undefined) return false;
  if (object.kind !== 'Pod') return true;
  const isPlaced = getString(object, 'spec', 'nodeName') !== undefined;
  if (isPlaced && getString(object, 'status', 'startTime') === undefined) return false;
  const containers = [...getArray(object, 'spec', 'containers'), ...getArray(object, 'spec', 'initContainers')];
  const isNamed = containers.every((item) => ['name', 'image'].every((field) => getString(item, field) !== undefined));
  return isNamed && getArray(object, 'spec', 'containers').length > 0 && namespaceOf(object) !== undefined;
}

function toTold(node: JsonValue): Told {
  const scores = Object.entries(getObject(node, 'scores') ?? {}).flatMap(([plugin, score]): [string, number][] =>
    typeof score === 'number' ? [[plugin, score]] : [],
  );
  return {
    verdict: getString(node, 'verdict') ?? '',
    plugin: getString(node, 'plugin') ?? '',
    reasons: getArray(node, 'reasons').flatMap((reason) => (typeof reason === 'string' ? [reason] : [])),
    scores: new Map(scores),
  };
}

function findAspect(ours: NodeExplanation, real: Told): string | undefined {
  if (ours.verdict !== real.verdict) return `verdict of ${ours.plugin}/${real.plugin}`;
  // The status of nodes that were never looked at has no plugin.
  if (real.plugin !== '' && ours.plugin !== real.plugin) return `plugin ${ours.plugin}/${real.plugin}`;
  // Extended resources are told in no certain order.
  if (stringifyJson(ours.reasons.toSorted()) !== stringifyJson(real.reasons.toSorted())) return `reasons of ${real.plugin}`;
  const plugins = new Set([...Object.keys(ours.scores), ...real.scores.keys()]);
  const plugin = [...plugins].find((name) => (ours.scores[name] ?? 0) !== (real.scores.get(name) ?? 0));
  return plugin === undefined ? undefined : `score of ${plugin}`;
}

function showPlace(placement: Placement | undefined): string {
  if (placement === undefined) return '';
  const { node, feasible, best, score, message } = placement;
  return stringifyJson({ node, feasible, best: [...best], score, message });
}

function showOurs({ verdict, plugin, reasons, scores }: NodeExplanation): JsonValue {
  return { verdict, plugin, reasons, scores };
}

function showReal({ verdict, plugin, reasons, scores }: Told): JsonValue {
  return { verdict, plugin, reasons, scores: Object.fromEntries(scores) };
}

function bestOf(answer: JsonValue): readonly string[] {
  const totals = getArray(answer, 'nodes').flatMap((node) => {
    const total = getNumber(node, 'total');
    return total === undefined ? [] : [{ node: getString(node, 'node') ?? '', total }];
  });
  const highest = Math.max(...totals.map(({ total }) => total));
  return totals.flatMap(({ node, total }) => (total === highest ? [node] : [])).toSorted();
}

function listCoverage(real: ReadonlyMap<string, Told>, nominated: string): readonly string[] {
  const nodes = [...real.values()];
  const feasible = nodes.filter(({ verdict }) => verdict === 'Success');
  const reasons = new Set(
    nodes.flatMap(({ plugin, reasons: given }) => given.map((reason) => `reason ${plugin}: ${withoutNames(reason)}`)),
  );
  const plugins = SCORES.filter((plugin) => new Set(feasible.map(({ scores }) => scores.get(plugin))).size > 1);
  return [...reasons, ...plugins.map((plugin) => `score ${plugin}`), outcomeOf(nodes.length, feasible, nominated)];
}

/** A reason without the names of a case. */
function withoutNames(reason: string): string {
  return reason
    .replaceAll(/ "[^"]*"/g, '')
    .replace(/^(PVC|ResourceClaim) \S+ was not created for (pod|Pod) \S+/, '$1 was not created for $2')
    .replace(/^request \S+: device class \S+ does not exist/, 'device class does not exist')
    .replace(/^resource claim \S+ is in/, 'resource claim is in')
    .replace(/^looking up PVC \S+:/, 'looking up PVC:');
}

function outcomeOf(nodes: number, feasible: readonly Told[], nominated: string): string {
  if (nodes === 0) return 'no nodes';
  if (feasible.length === 0) return nominated === '' ? 'refused' : 'preempted';
  if (feasible.length === 1) return 'one node left';
  const totals = feasible.map(({ scores }) => [...scores.values()].reduce((sum, score) => sum + score, 0));
  const highest = Math.max(...totals);
  return totals.filter((total) => total === highest).length > 1 ? 'tie' : 'best of several';
}
