import type { PackingInstance } from './instance.ts';
import { NodeLoad, orderByFill } from './node-load.ts';

/** How pods choose among open nodes: the first that has room, or the fullest. */
export type Choice = 'first' | 'fullest';

/** What a placing of groups goes by. */
export interface Placing {
  /** Groups in the order in which they are placed. */
  readonly order: readonly number[];
  readonly choice: Choice;
  /** The shape of a node that is opened for a group; undefined where none takes it. */
  readonly open: (group: number) => number | undefined;
}

/**
 * First fit or best fit over groups: equal pods follow each other, so that an open node is filled with them before the
 * next one is looked at, and nodes that are filled alike stay together. The work depends on the groups, not on the pods.
 * `loads` are nodes that are open already; they are changed. Undefined where a pod has no place.
 */
export function placeGroups(
  instance: PackingInstance,
  counts: readonly number[],
  { order, choice, open }: Placing,
  loads: NodeLoad[] = [],
): NodeLoad[] | undefined {
  for (const group of order) {
    let left = counts[group] ?? 0;
    if (left === 0) continue;
    left = fillOpen(loads, group, left, choice);
    if (left === 0) continue;
    const shape = open(group);
    if (shape === undefined || !openFor(instance, loads, { group, shape, left })) return undefined;
  }
  return loads;
}

function fillOpen(loads: NodeLoad[], group: number, count: number, choice: Choice): number {
  let left = count;
  const candidates = loads.filter((load) => load.room(group) > 0);
  const ordered = choice === 'first' ? candidates : orderByFill(candidates, 'fullest first');
  for (const load of ordered) {
    if (left === 0) break;
    const room = load.room(group);
    const whole = Math.floor(left / room);
    if (whole >= load.nodes) {
      load.add(group, room);
      left -= room * load.nodes;
      continue;
    }
    const rest = left - whole * room;
    if (rest > 0 && load.nodes === 1) load.add(group, rest);
    else if (rest > 0) loads.push(filled(load.split(1), group, rest));
    if (whole > 0) loads.push(filled(load.split(whole), group, room));
    if (load.nodes === 0) loads.splice(loads.indexOf(load), 1);
    left = 0;
  }
  return left;
}

function filled(load: NodeLoad, group: number, count: number): NodeLoad {
  load.add(group, count);
  return load;
}

function openFor(
  instance: PackingInstance,
  loads: NodeLoad[],
  { group, shape, left }: { readonly group: number; readonly shape: number; readonly left: number },
): boolean {
  const room = new NodeLoad(instance, shape, 1).room(group);
  if (room === 0) return false;
  const whole = Math.floor(left / room);
  if (whole > 0) loads.push(filled(new NodeLoad(instance, shape, whole), group, room));
  const rest = left - whole * room;
  if (rest > 0) loads.push(filled(new NodeLoad(instance, shape, 1), group, rest));
  return true;
}
