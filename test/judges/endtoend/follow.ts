import { schedule } from '../../../src/engine/scheduler/index.ts';
import { nameOf, type KubernetesObject, type World } from '../../../src/model/index.ts';
import { compareBy, getArray, getObject, getString } from '../../../src/std/index.ts';
import type { Difference } from '../judge.ts';
import { ownerNameOf } from './owner.ts';

/** How the real scheduler's choices look to ours. */
export interface Followed {
  readonly coverage: readonly string[];
  /** Whether some choice was one among equals: another would have been as good, and may have led elsewhere. */
  readonly hasTies: boolean;
  readonly difference?: Difference;
}

/** Bindings are told a little out of order: so many of the next are looked at. */
const AHEAD = 6;

/**
 * Takes the real scheduler's choices one after the other and asks ours for the same pod in the same cluster: the real one
 * must be among the best, and pods without a node must be told why in the same words at some time since they came.
 */
export function followBindings(real: World, bound: readonly string[]): Followed {
  const pods = new Map(real.byKind('', 'Pod').map((pod) => [nameOf(pod), pod]));
  const remaining = bound.flatMap((name) => pods.get(name) ?? []);
  const coverage = new Set<string>();
  const told = new Map<string, Set<string>>();
  const empty = real.without([...pods.values()].map((pod) => ({ group: '', kind: 'Pod', namespace: namespaceOf(pod), name: nameOf(pod) })));
  const waiting = [...pods.values()].filter((pod) => nodeOf(pod) === '');
  let world = empty;
  const note = (): void => waiting.forEach((pod) => noteMessage(told, pod, world));
  note();
  while (remaining.length > 0) {
    const step = remaining.slice(0, AHEAD).find((pod) => isAmongBest(pod, world, empty, coverage));
    if (step === undefined) return { coverage: [...coverage], hasTies: false, difference: toDifference(remaining[0], world) };
    remaining.splice(remaining.indexOf(step), 1);
    world = world.with([step]);
    note();
  }
  for (const pod of waiting) {
    const message = messageOf(pod);
    coverage.add('unplaced');
    if (told.get(nameOf(pod))?.has(message) !== true)
      return {
        coverage: [...coverage],
        hasTies: false,
        difference: {
          signature: 'the message of an unplaced pod differs',
          ours: [...(told.get(nameOf(pod)) ?? [])].join('\n'),
          servers: `${ownerNameOf(real, pod)}: ${message}`,
        },
      };
  }
  return { coverage: [...coverage], hasTies: coverage.has('a tie') };
}

/** Pods of Jobs end at any time, but in the order in which they began: those up to any of them may be gone. */
function isAmongBest(pod: KubernetesObject, world: World, empty: World, coverage: Set<string>): boolean {
  const bound = world.byKind('', 'Pod').toSorted(compareBy((other) => getString(other, 'status', 'startTime') ?? '', nameOf));
  const ended = bound.filter(hasEnded);
  for (let gone = 0; gone <= ended.length; gone++) {
    const left = new Set(ended.slice(gone));
    const others = bound.filter((other) => !hasEnded(other) || left.has(other)).map(toRunning);
    const placement = schedule(empty.with([...others, toPending(pod)]), { namesTies: true }).placements[0];
    if (placement?.best.includes(nodeOf(pod)) !== true) continue;
    coverage.add(placement.best.length > 1 ? 'a tie' : 'a single best node');
    return true;
  }
  return false;
}

function hasEnded(pod: KubernetesObject): boolean {
  return getString(pod, 'status', 'phase') === 'Succeeded';
}

function noteMessage(told: Map<string, Set<string>>, pod: KubernetesObject, world: World): void {
  const message = schedule(world.with([toPending(pod)])).placements.find((item) => item.pod.endsWith(`/${nameOf(pod)}`))?.message ?? '';
  told.set(nameOf(pod), (told.get(nameOf(pod)) ?? new Set<string>()).add(message));
}

function toDifference(pod: KubernetesObject | undefined, world: World): Difference {
  if (pod === undefined) return { signature: 'nothing', ours: '', servers: '' };
  const placement = schedule(world.with([toPending(pod)]), { explain: '*' }).placements[0];
  return { signature: 'a choice that is not among the best', ours: JSON.stringify(placement), servers: `${nameOf(pod)} on ${nodeOf(pod)}` };
}

function toPending(pod: KubernetesObject): KubernetesObject {
  const { nodeName: _, ...spec } = getObject(pod, 'spec') ?? {};
  return { ...pod, spec, status: { phase: 'Pending' } };
}

function toRunning(pod: KubernetesObject): KubernetesObject {
  return { ...pod, status: { ...getObject(pod, 'status'), phase: 'Running' } };
}

function messageOf(pod: KubernetesObject): string {
  return (
    getString(
      getArray(pod, 'status', 'conditions').find((item) => getString(item, 'type') === 'PodScheduled'),
      'message',
    ) ?? ''
  );
}

function nodeOf(pod: KubernetesObject): string {
  return getString(pod, 'spec', 'nodeName') ?? '';
}

function namespaceOf(pod: KubernetesObject): string {
  return getString(pod.metadata, 'namespace') ?? '';
}
