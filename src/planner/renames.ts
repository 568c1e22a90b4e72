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

/** An object that comes, with what the server will fill in. */
export interface CreatedCandidate extends RenameCandidate {
  readonly complete: KubernetesObject;
}

const LEAST_ALIKE = 0.75;
const MOST_PAIRS = 10_000;
/** What a server allocates or binds: another object gets another of these. */
const ALLOCATED = /^spec\.(clusterIPs?|ipFamil\w+|ports\[\]\.nodePort|healthCheckNodePort|volumeName)(\[\])?=/;
const HASH_SUFFIX = /-[a-z0-9]{10}$/;

/**
 * Deleted and created objects of one kind that are the same under another name or namespace: nearly the same content, or
 * names that differ only in kustomize's content hash. What the server has filled into the deleted one, and would fill into
 * the created one, does not count. Each object is in one pair at most, the most alike first.
 */
export function findRenames(deleted: readonly RenameCandidate[], created: readonly CreatedCandidate[]): readonly Rename[] {
  if (deleted.length * created.length > MOST_PAIRS) return [];
  const olds = deleted.map((item) => ({ ...item, leaves: lazily(() => listLeaves(item.object)) }));
  const news = created.map((item) => ({ ...item, content: lazily(() => toContent(item)) }));
  const pairs = olds.flatMap((gone, from) =>
    news.flatMap((come, to) => {
      if (!isSameKind(gone.object, come.object)) return [];
      const score = isRehashed(gone.ref, come.ref) ? 1 : likeness(gone.leaves(), come.content());
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

/** The leaves that an object's author wrote, as far as they are stored, and those that the server fills in. */
interface Content {
  readonly own: ReadonlySet<string>;
  readonly filled: ReadonlySet<string>;
}

function toContent({ object, complete }: CreatedCandidate): Content {
  const [written, stored] = [listLeaves(object), listLeaves(complete)];
  return {
    own: new Set([...written].filter((leaf) => stored.has(leaf))),
    filled: new Set([...stored].filter((leaf) => !written.has(leaf))),
  };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The share of leaves that both have (Jaccard); too little content proves nothing. */
function likeness(old: ReadonlySet<string>, { own, filled }: Content): number {
  let [both, count] = [0, 0];
  for (const leaf of old) {
    if (filled.has(leaf)) continue;
    count++;
    if (own.has(leaf)) both++;
  }
  return count < 2 || own.size < 2 ? 0 : both / (count + own.size - both);
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
  else if (value !== undefined) addLeaf(`${path}=${stringifyJson(value)}`, out);
}

function addLeaf(leaf: string, out: Set<string>): void {
  if (!ALLOCATED.test(leaf)) out.add(leaf);
}
