import { podTemplateOf, readTaints, type KubernetesObject, type World } from '../../model/index.ts';
import { compareStrings, getObject, getStringMap, isEqualJson, stringifyJson, toPointer } from '../../std/index.ts';
import type { WorkloadFact } from './facts.ts';

/** Pods of a workload that go to other nodes than before. */
export interface Moves {
  readonly count: number;
  /** Nodes that have fewer of them, and nodes that have more; in code-unit order. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** The fields of the workload that changed and say where pods go, as JSON pointers. */
  readonly paths: readonly string[];
}

/** What says where pods go. */
const FIELDS = [
  'nodeSelector',
  'affinity',
  'tolerations',
  'topologySpreadConstraints',
  'containers',
  'initContainers',
  'priorityClassName',
  'volumes',
];

/**
 * The pods of a changed workload that go to nodes of another kind. Which of several equal nodes takes a pod is chance, and what
 * does not change stays where it is: both are no moves.
 */
export function findMoves(
  before: WorkloadFact,
  after: WorkloadFact,
  worlds: { readonly before: World; readonly after: World },
): Moves | undefined {
  const [was, is] = [podTemplateOf(before.object), podTemplateOf(after.object)];
  if (was === undefined || is === undefined || isEqualJson(was.spec, is.spec)) return undefined;
  const [old, fresh] = [byKind(before, worlds.before), byKind(after, worlds.after)];
  const kinds = [...new Set([...old.keys(), ...fresh.keys()])];
  const [left, come] = [kinds, kinds].map((list, index) => {
    const [more, less] = index === 0 ? [old, fresh] : [fresh, old];
    return list.filter((kind) => (more.get(kind)?.count ?? 0) > (less.get(kind)?.count ?? 0));
  });
  const count = Math.min(excess(left ?? [], old, fresh), excess(come ?? [], fresh, old));
  if (count === 0) return undefined;
  const paths = FIELDS.filter((field) => !isEqualJson(was.spec[field], is.spec[field])).map((field) =>
    toPointer([...is.path, 'spec', field]),
  );
  return { count, from: namesOf(left ?? [], old), to: namesOf(come ?? [], fresh), paths };
}

interface OnKind {
  count: number;
  readonly nodes: string[];
}

/** The pods of a workload by the kind of their nodes. */
function byKind({ counts }: WorkloadFact, world: World): ReadonlyMap<string, OnKind> {
  const kinds = new Map<string, OnKind>();
  for (const [name, count] of counts()) {
    const node = world.get({ group: '', kind: 'Node', name });
    const kind = node === undefined ? name : kindOf(node);
    const known = kinds.get(kind) ?? { count: 0, nodes: [] };
    kinds.set(kind, { count: known.count + count, nodes: [...known.nodes, name] });
  }
  return kinds;
}

const OF_ONE_NODE = /(?:^|\/)(?:hostname|zone|region)$/;

/** Equal for nodes that differ only in name and place. */
function kindOf(node: KubernetesObject): string {
  const labels = [...getStringMap(node.metadata, 'labels')]
    .filter(([key]) => !OF_ONE_NODE.test(key))
    .toSorted(([a], [b]) => compareStrings(a, b));
  return stringifyJson([
    labels,
    readTaints(node).map(({ key, value, effect }) => [key, value, effect]),
    getObject(node, 'status', 'allocatable') ?? null,
  ]);
}

function excess(kinds: readonly string[], more: ReadonlyMap<string, OnKind>, less: ReadonlyMap<string, OnKind>): number {
  return kinds.reduce((sum, kind) => sum + (more.get(kind)?.count ?? 0) - (less.get(kind)?.count ?? 0), 0);
}

function namesOf(kinds: readonly string[], all: ReadonlyMap<string, OnKind>): readonly string[] {
  return kinds.flatMap((kind) => all.get(kind)?.nodes ?? []).toSorted(compareStrings);
}
