import { compareRefs, formatRef, refOf, toFinding, type Finding, type KubernetesObject, type RefKey } from '../../model/index.ts';
import { compareBy, toLayers, type Path } from '../../std/index.ts';
import { listNames, listNeeds } from './dependencies.ts';
import { groupOf, GROUPS, type Group } from './group.ts';
import { readHook } from './hooks.ts';
import { readDependsOn, readWave } from './order-annotations.ts';

/** An object that is applied, as far as its place in the order is concerned. */
export interface OrderItem {
  readonly object: KubernetesObject;
  /** Where a part of its manifest stands. */
  readonly locate: (path: Path) => Finding['source'];
}

/** Objects that may be applied side by side, by their indexes. */
export interface OrderedWave {
  readonly label: string;
  readonly items: readonly number[];
}

/** The order of a plan, and what is wrong with what the objects say of it. */
export interface Order {
  readonly waves: readonly OrderedWave[];
  readonly findings: readonly Finding[];
}

interface Position {
  /** Hooks come before the others, or after them. */
  phase: number;
  wave: number;
  rank: number;
}

type Edge = readonly [dependent: number, dependency: number];

const PHASES = { before: -1, with: 0, after: 1, never: 0 } as const;

const byWave = compareBy<Position>(
  ({ phase }) => phase,
  ({ wave }) => wave,
);

const byPosition = compareBy<Position>(
  ({ phase }) => phase,
  ({ wave }) => wave,
  ({ rank }) => rank,
);

/**
 * Puts objects into waves: hooks of before or after apart, by the wave that they ask for, then by the group of their kind, then after what they depend
 * on. A Namespace, a definition or a config is drawn forward to the first that needs it; who depends on a later object
 * is put off until then. Ties are broken by ref, so the order of the input does not matter.
 */
export function orderWaves(items: readonly OrderItem[], exists: (key: RefKey) => boolean): Order {
  const findings: Finding[] = [];
  const positions = items.map((item) => readPosition(item, findings));
  const needs = [...listNeedEdges(items), ...listHookEdges(items, positions)];
  drawForward(positions, needs);
  const asked = breakCycles(items, needs, listAskedEdges(items, exists, findings), findings);
  const edges = [...needs, ...asked];
  putOff(positions, edges);
  return { waves: toWaves(items, positions, edges), findings };
}

/** The order in which objects are deleted: the reverse of that in which they would be applied. */
export function orderPrune(objects: readonly KubernetesObject[]): readonly OrderedWave[] {
  const positions = objects.map((object) => toPosition(object, readWave(object).wave));
  return groupByPosition(objects, positions)
    .toReversed()
    .map((items) => ({ label: 'prune', items }));
}

function readPosition({ object, locate }: OrderItem, findings: Finding[]): Position {
  const { wave, unreadable } = readWave(object);
  for (const { annotation, value } of unreadable) {
    const source = locate(['metadata', 'annotations', annotation]);
    findings.push(toFinding('KP0112', { ref: refOf(object), ...(source === undefined ? {} : { source }), data: { annotation, value } }));
  }
  return toPosition(object, wave);
}

function toPosition(object: KubernetesObject, wave: number): Position {
  return { phase: PHASES[readHook(object)?.moment ?? 'with'], wave, rank: GROUPS.indexOf(groupOf(refOf(object))) };
}

/** What runs before everything else may use any Namespace and any definition. */
function listHookEdges(items: readonly OrderItem[], positions: readonly Position[]): readonly Edge[] {
  const indexesOf = (phase: number, isGround: boolean): readonly number[] =>
    items.flatMap(({ object }, index) =>
      positions[index]?.phase === phase && GROUND.has(groupOf(refOf(object))) === isGround ? [index] : [],
    );
  const hooks = indexesOf(PHASES.before, false);
  if (hooks.length === 0) return [];
  const ground = indexesOf(PHASES.with, true);
  return hooks.flatMap((dependent) => ground.map((dependency) => [dependent, dependency] as const));
}

const GROUND: ReadonlySet<Group> = new Set<Group>(['namespaces', 'definitions']);

function listNeedEdges(items: readonly OrderItem[]): readonly Edge[] {
  const byName = new Map<string, number>();
  for (const [index, { object }] of items.entries()) for (const name of listNames(object)) byName.set(name, index);
  return items.flatMap(({ object }, dependent) =>
    listNeeds(object).flatMap((name) => {
      const dependency = byName.get(name);
      return dependency === undefined || dependency === dependent ? [] : [[dependent, dependency] as const];
    }),
  );
}

function listAskedEdges(items: readonly OrderItem[], exists: (key: RefKey) => boolean, findings: Finding[]): readonly Edge[] {
  const byName = new Map<string, number>();
  for (const [index, { object }] of items.entries()) for (const name of listNames(object)) byName.set(name, index);
  return items.flatMap(({ object, locate }, dependent) =>
    readDependsOn(object).flatMap(({ annotation, text, key }) => {
      const dependency = key === undefined ? undefined : byName.get(key);
      if (dependency !== undefined) return [[dependent, dependency] as const];
      if (key !== undefined && exists(key)) return [];
      const source = locate(['metadata', 'annotations', annotation]);
      const data = { annotation, target: text };
      findings.push(toFinding('KP0111', { ref: refOf(object), ...(source === undefined ? {} : { source }), data }));
      return [];
    }),
  );
}

/** What is needed comes no later than the first wave that needs it. Needs never form a cycle, so each pass settles a layer. */
function drawForward(positions: readonly Position[], needs: readonly Edge[]): void {
  for (let pass = 0; pass < positions.length; pass++) {
    let changed = false;
    for (const [dependent, dependency] of needs) {
      const [late, early] = [positions[dependent], positions[dependency]];
      if (late === undefined || early === undefined || byWave(early, late) <= 0) continue;
      early.phase = late.phase;
      early.wave = late.wave;
      changed = true;
    }
    if (!changed) return;
  }
}

/** What depends on something comes no earlier than that. */
function putOff(positions: readonly Position[], edges: readonly Edge[]): void {
  for (let pass = 0; pass < positions.length; pass++) {
    let changed = false;
    for (const [dependent, dependency] of edges) {
      const [late, early] = [positions[dependent], positions[dependency]];
      if (late === undefined || early === undefined || byPosition(late, early) >= 0) continue;
      late.phase = early.phase;
      late.wave = early.wave;
      late.rank = early.rank;
      changed = true;
    }
    if (!changed) return;
  }
}

/** The asked dependencies without those of a cycle, each cycle reported once. */
function breakCycles(items: readonly OrderItem[], needs: readonly Edge[], asked: readonly Edge[], findings: Finding[]): readonly Edge[] {
  let kept = asked;
  for (;;) {
    const layering = toLayers(toLists(items.length, [...needs, ...kept]));
    if (layering.kind === 'layers') return kept;
    const cycle = new Set(layering.nodes);
    const rest = kept.filter(([dependent, dependency]) => !cycle.has(dependent) || !cycle.has(dependency));
    if (rest.length === kept.length) return [];
    findings.push(toCycleFinding(items, layering.nodes));
    kept = rest;
  }
}

function toCycleFinding(items: readonly OrderItem[], nodes: readonly number[]): Finding {
  const members = nodes.flatMap((node) => items[node] ?? []).toSorted((a, b) => compareRefs(refOf(a.object), refOf(b.object)));
  const [first] = members;
  const source = first?.locate(['metadata', 'annotations']);
  return toFinding('KP0110', {
    ...(first === undefined ? {} : { ref: refOf(first.object) }),
    ...(source === undefined ? {} : { source }),
    data: { cycle: members.map(({ object }) => formatRef(refOf(object))) },
  });
}

function toWaves(items: readonly OrderItem[], positions: readonly Position[], edges: readonly Edge[]): readonly OrderedWave[] {
  const objects = items.map(({ object }) => object);
  return groupByPosition(objects, positions).flatMap((members) => {
    const [first = 0] = members;
    const label = toLabel(
      positions[first],
      members.flatMap((member) => objects[member] ?? []),
    );
    const place = new Map(members.map((member, index) => [member, index]));
    const inside = edges.flatMap(([dependent, dependency]) => {
      const [a, b] = [place.get(dependent), place.get(dependency)];
      return a === undefined || b === undefined ? [] : [[a, b] as const];
    });
    const layering = toLayers(toLists(members.length, inside));
    const layers = layering.kind === 'layers' ? layering.layers : [members.map((_, index) => index)];
    return layers.map((layer) => ({ label, items: layer.map((index) => members[index] ?? 0) }));
  });
}

function toLabel({ phase, wave, rank }: Position = { phase: 0, wave: 0, rank: 0 }, members: readonly KubernetesObject[]): string {
  if (phase !== 0 && members.some((object) => readHook(object) !== undefined)) return phase < 0 ? 'hooks before' : 'hooks after';
  return wave === 0 ? (GROUPS[rank] ?? 'rest') : `wave ${wave}`;
}

function groupByPosition(objects: readonly KubernetesObject[], positions: readonly Position[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  const refs = objects.map(refOf);
  const sorted = refs.map((ref, index) => ({ ref, index, position: positions[index] ?? { phase: 0, wave: 0, rank: 0 } }));
  for (const { index, position } of sorted.toSorted((a, b) => byPosition(a.position, b.position) || compareRefs(a.ref, b.ref))) {
    const key = `${position.phase} ${position.wave} ${position.rank}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return [...groups.values()];
}

function toLists(count: number, edges: readonly Edge[]): readonly (readonly number[])[] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (const [dependent, dependency] of edges) lists[dependent]?.push(dependency);
  return lists;
}
