import type { KubernetesObject, PreemptedPod, World } from '../../../model/index.ts';
import { compareBy, compareStrings, getArray, getNumber, getString } from '../../../std/index.ts';
import type { ScheduleOptions } from '../schedule.ts';
import { controllerOf, podKeyOf } from './leaving-pods.ts';
import { isReplaced } from './drain.ts';
import { openTrial, type Trial } from '../trial.ts';
import { settle } from './placed-world.ts';

/** How a pod of a lost node comes back. */
export type Recovery =
  /** Another is made once its toleration of the unreachable node has run out. */
  | 'replaced'
  /** No other is made, or starts, before the node object is gone or has the out-of-service taint: a StatefulSet's pod, a volume of one node. */
  | 'waits-for-node'
  /** It tolerates an unreachable node for ever. */
  | 'tolerates'
  /** Nothing makes another. */
  | 'gone';

/** A pod of a lost node. */
export interface LostPod {
  readonly pod: string;
  readonly from: string;
  readonly recovery: Recovery;
  /** Seconds until it is given up; absent where that never comes by itself. */
  readonly after?: number;
  /** Where the one in its place goes, once there is one; null for nowhere. Absent where nothing makes another. */
  readonly to?: string | null;
  readonly message?: string;
}

/** What the loss of some nodes at once leads to. */
export interface Loss {
  /** The node, or the zone. */
  readonly name: string;
  readonly nodes: readonly string[];
  readonly lost: readonly LostPod[];
  /** Pods of other nodes that lose their place to those that come. */
  readonly preempted: readonly PreemptedPod[];
  /** Pods of other nodes that lose their place and find no other, with the scheduler's words. */
  readonly displaced: readonly { readonly pod: string; readonly message: string }[];
}

/** Nodes that are lost together. */
export interface LossCase {
  readonly name: string;
  readonly nodes: readonly string[];
}

/** Each node alone, by name. */
export function listNodeLosses(world: World): readonly LossCase[] {
  return world.byKind('', 'Node').map((node) => ({ name: nodeNameOf(node), nodes: [nodeNameOf(node)] }));
}

const ZONES = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'];

/** Each zone with all of its nodes, by name; nodes without a zone are in none. */
export function listZoneLosses(world: World): readonly LossCase[] {
  const zones = new Map<string, string[]>();
  for (const node of world.byKind('', 'Node')) {
    const zone = ZONES.map((label) => getString(node.metadata, 'labels', label)).find((value) => value !== undefined && value !== '');
    if (zone !== undefined) zones.set(zone, [...(zones.get(zone) ?? []), nodeNameOf(node)]);
  }
  return [...zones].toSorted(([a], [b]) => compareStrings(a, b)).map(([name, nodes]) => ({ name, nodes }));
}

function nodeNameOf(node: KubernetesObject): string {
  return getString(node.metadata, 'name') ?? '';
}

/**
 * What happens if nodes fail: no budget is asked, their pods are given up when their tolerations run out, and what controllers
 * make in their place is scheduled on the rest, once nothing holds it back any more. `world` is one that controllers have
 * settled. Pure.
 */
export function loseNodes(world: World, cases: readonly LossCase[], options: ScheduleOptions): readonly Loss[] {
  const start = settle(world, options).world;
  const trial = openTrial(start, options);
  return cases.map((item) => {
    const before = trial.checkpoint();
    const loss = loseAtOnce(trial, item, start);
    trial.rollback(before);
    return loss;
  });
}

function loseAtOnce(trial: Trial, { name, nodes }: LossCase, world: World): Loss {
  const pods = nodes.flatMap((node) => trial.lose(node)).toSorted(compareBy(podKeyOf));
  const others = pods.filter((pod) => getString(controllerOf(pod), 'kind') !== 'DaemonSet');
  const { placements, preempted } = trial.place([...trial.waiting(), ...others.filter(isReplaced)]);
  const places = new Map(placements.map((placement) => [placement.pod, placement]));
  const own = new Set(others.map(podKeyOf));
  const lost = others.map((pod): LostPod => {
    const placement = places.get(podKeyOf(pod));
    const place = placement === undefined ? {} : { to: placement.node, message: placement.message };
    return { pod: podKeyOf(pod), from: getString(pod, 'spec', 'nodeName') ?? '', ...recoveryOf(pod, world), ...place };
  });
  const displaced = preempted
    .filter(({ pod }) => !own.has(pod))
    .flatMap(({ pod }) => {
      const placement = places.get(pod);
      return placement?.node === null ? [{ pod, message: placement.message }] : [];
    });
  return { name, nodes, lost, preempted, displaced };
}

const UNREACHABLE = 'node.kubernetes.io/unreachable';
/** What admission gives pods that say nothing of it (`DefaultTolerationSeconds`). */
const DEFAULT_SECONDS = 300;

function recoveryOf(pod: KubernetesObject, world: World): Pick<LostPod, 'after' | 'recovery'> {
  if (!isReplaced(pod)) return { recovery: 'gone' };
  const after = secondsOf(pod);
  if (after === undefined) return { recovery: 'tolerates' };
  if (getString(controllerOf(pod), 'kind') === 'StatefulSet' || hasVolumeOfOneNode(pod, world)) return { recovery: 'waits-for-node' };
  return { recovery: 'replaced', after };
}

const FIELDS = ['key', 'effect', 'operator', 'value'] as const;

/** Seconds that a pod stays bound to an unreachable node; undefined for ever. */
function secondsOf(pod: KubernetesObject): number | undefined {
  const matching = getArray(pod, 'spec', 'tolerations').filter((toleration) => {
    const [key = '', effect = 'NoExecute', operator = 'Equal', value = ''] = FIELDS.map((field) => getString(toleration, field));
    const isOfKey = key === UNREACHABLE || (key === '' && operator === 'Exists');
    return isOfKey && (effect === 'NoExecute' || effect === '') && (operator === 'Exists' || value === '');
  });
  if (matching.length === 0) return DEFAULT_SECONDS;
  const limits = matching.flatMap((toleration) => getNumber(toleration, 'tolerationSeconds') ?? []);
  return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits));
}

/** A claim that only one node at a time may use stays attached to the lost one. */
function hasVolumeOfOneNode(pod: KubernetesObject, world: World): boolean {
  const namespace = getString(pod.metadata, 'namespace') ?? 'default';
  return getArray(pod, 'spec', 'volumes').some((volume) => {
    const name = getString(volume, 'persistentVolumeClaim', 'claimName');
    const claim = name === undefined ? undefined : world.get({ group: '', kind: 'PersistentVolumeClaim', namespace, name });
    const modes = getArray(claim, 'spec', 'accessModes');
    return modes.length > 0 && modes.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
  });
}
