import type { ObjectRef, World } from '../../model/index.ts';
import { keyOf, listUnplaced, placePods } from './placing.ts';
import { applyChange, type Rolling } from './rolling.ts';
import type { Placements, Refusal, RolloutTools } from './tools.ts';

/** Where rollouts come to rest: what is not done by then waits for something that does not come. */
export interface Rest {
  readonly world: World;
  /** The world in which they began. */
  readonly start: World;
  /** Why pods have no node, by `namespace/name`. */
  readonly messages: ReadonlyMap<string, string>;
  /** Pods that wait for a volume, and its claim. */
  readonly waiting: ReadonlyMap<string, string>;
  readonly refused: readonly Refusal[];
}

/** The hour at which rollouts begin, in ms: any is as good. */
const NOON = Date.UTC(2026, 0, 1, 12);
/** So many pods are looked at in all; a rollout that takes more is not followed to its end. */
const MOST_LOOKS = 600_000;

/**
 * Follows the rollouts of a change, all at once as they happen, from the world before it: the controllers look, pods are
 * placed and run, time passes where it is waited for; until nothing changes. Undefined where that takes too many steps.
 */
export function followRollouts(
  { before, after }: { readonly before: World; readonly after: World },
  { stirred, updated }: Rolling,
  tools: RolloutTools,
): Rest | undefined {
  const place = tools.knowsNodes(after) ? tools.place : placeAnywhere;
  const started = tools.start(settle(before, tools.expand, place), updated, NOON);
  const changed = tools.sweep(applyChange(started, { before, after }));
  return run(changed.with(listScaled(changed, stirred, tools)), stirred, { ...tools, place });
}

/** The worlds that changes are compared with are few, and asked about again and again. */
const SETTLED = new WeakMap<World, { readonly place: RolloutTools['place']; readonly world: World }>();

/** The world at rest with its pods on nodes. */
function settle(before: World, expand: RolloutTools['expand'], place: RolloutTools['place']): World {
  const known = SETTLED.get(before);
  if (known?.place === place) return known.world;
  const settled = expand(before);
  const world = listUnplaced(settled).length > 0 ? placePods(settled, place(settled), NOON).world : settled;
  SETTLED.set(before, { place, world });
  return world;
}

function listScaled(world: World, refs: readonly ObjectRef[], tools: RolloutTools): ReturnType<World['objects']> {
  return refs.flatMap((ref) => {
    const workload = world.get(ref);
    return workload === undefined ? [] : [tools.scale(world, workload)];
  });
}

function run(start: World, workloads: readonly ObjectRef[], tools: RolloutTools): Rest | undefined {
  let looks = MOST_LOOKS;
  let now = NOON + 1000;
  let rest: Rest = { world: start, start, messages: new Map(), waiting: new Map(), refused: [] };
  while (looks > 0) {
    const step = tools.step(rest.world, workloads, now);
    looks -= 1000 + step.world.kind('', 'Pod').byKey.size;
    const placed = placePods(step.world, listUnplaced(step.world).length > 0 ? tools.place(step.world) : NOWHERE, now);
    const isStill = !step.isChanged && placed.world === step.world;
    rest = { ...placed, start, refused: step.refused };
    if (!isStill) continue;
    if (step.next === undefined || step.next <= now) return rest;
    now = step.next;
  }
  return undefined;
}

const NOWHERE: Placements = { placements: [], preempted: [] };

/** Where no nodes are known there is room for everything. */
function placeAnywhere(world: World): Placements {
  return { placements: listUnplaced(world).map((pod) => ({ pod: keyOf(pod), node: 'unknown', message: '' })), preempted: [] };
}
