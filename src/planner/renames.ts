import { gvkOf, specOf, type KubernetesObject, type ObjectRef } from '../model/index.ts';
import { compareBy, getObject, isArray, isObject, stringifyJson, type JsonValue } from '../std/index.ts';

/** An object that goes and one that comes in its place. */
export interface Rename {
  readonly from: number;
  readonly to: number;
}

/** A created or deleted object, as far as it is looked at for renames. */
export interface RenameCandidate {
  readonly ref: ObjectRef;
  readonly object: KubernetesObject;
}

const LEAST_ALIKE = 0.75;
const MOST_PAIRS = 10_000;
const HASH_SUFFIX = /-[a-z0-9]{10}$/;

/**
 * Deleted and created objects of one kind that are the same under another name or namespace: nearly the same content, or
 * names that differ only in kustomize's content hash. Each object is in one pair at most, the most alike first.
 */
export function findRenames(deleted: readonly RenameCandidate[], created: readonly RenameCandidate[]): readonly Rename[] {
  if (deleted.length * created.length > MOST_PAIRS) return [];
  const leaves = new Map<KubernetesObject, ReadonlySet<string>>();
  const leavesOf = (object: KubernetesObject): ReadonlySet<string> => {
    let set = leaves.get(object);
    if (set === undefined) leaves.set(object, (set = listLeaves(object)));
    return set;
  };
  const pairs = deleted.flatMap((gone, from) =>
    created.flatMap((come, to) => {
      if (!isSameKind(gone.object, come.object)) return [];
      const score = isRehashed(gone.ref, come.ref) ? 1 : likeness(leavesOf(gone.object), leavesOf(come.object));
      return score >= LEAST_ALIKE ? [{ from, to, score }] : [];
    }),
  );
  const taken = new Set<string>();
  return pairs
    .toSorted(
      compareBy(
        ({ score }) => -score,
        ({ from }) => from,
        ({ to }) => to,
      ),
    )
    .filter(({ from, to }) => {
      if (taken.has(`-${from}`) || taken.has(`+${to}`)) return false;
      taken.add(`-${from}`).add(`+${to}`);
      return true;
    });
}

function isSameKind(a: KubernetesObject, b: KubernetesObject): boolean {
  return a.kind === b.kind && gvkOf(a).group === gvkOf(b).group;
}

function isRehashed(a: ObjectRef, b: ObjectRef): boolean {
  const isHashed = HASH_SUFFIX.test(a.name) && HASH_SUFFIX.test(b.name);
  return isHashed && a.namespace === b.namespace && a.name.replace(HASH_SUFFIX, '') === b.name.replace(HASH_SUFFIX, '');
}

/** The share of leaves that both have (Jaccard); too little content proves nothing. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size < 2 || b.size < 2) return 0;
  let both = 0;
  for (const leaf of a) if (b.has(leaf)) both++;
  return both / (a.size + b.size - both);
}

function listLeaves(object: KubernetesObject): ReadonlySet<string> {
  const leaves = new Set<string>();
  for (const field of ['data', 'binaryData', 'rules', 'roleRef', 'subjects']) addLeaves(getObject(object)?.[field], field, leaves);
  addLeaves(specOf(object), 'spec', leaves);
  return leaves;
}

function addLeaves(value: JsonValue | undefined, path: string, out: Set<string>): void {
  if (isArray(value)) for (const item of value) addLeaves(item, `${path}[]`, out);
  else if (isObject(value)) for (const [name, item] of Object.entries(value)) addLeaves(item, `${path}.${name}`, out);
  else if (value !== undefined) out.add(`${path}=${stringifyJson(value)}`);
}
