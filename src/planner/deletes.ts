import {
  compareRefs,
  formatRef,
  gvkOf,
  refKeyOf,
  refOf,
  toFinding,
  type Change,
  type Finding,
  type KubernetesObject,
  type Manifest,
  type RefKey,
} from '../model/index.ts';
import { compareBy } from '../std/index.ts';
import { preconditionOf } from './fields-hash.ts';
import { describeHoldings } from './holdings.ts';
import type { Desired, PlanInput } from './input.ts';
import { listHolders } from './orphans.ts';
import { lineOf } from './place.ts';
import { findKeepMark, needsApproval } from './protected.ts';
import { withNamespace } from './desired.ts';
import { fromRefKey } from './ref-key.ts';

/** An object that goes. */
export interface PlannedDelete {
  readonly change: Change;
  readonly object: KubernetesObject;
}

/** What goes, and what must be said of it. */
export interface Deletes {
  readonly deletes: readonly PlannedDelete[];
  /** How many objects are in no manifest and stay all the same. */
  readonly kept: number;
  readonly findings: readonly Finding[];
}

interface Candidate {
  readonly key: RefKey;
  readonly object: KubernetesObject;
  /** Where it last stood, if that is known. */
  readonly manifest: Manifest | undefined;
}

/** Why an object that is in no manifest stays; `undefined` if what is said of it is said for many at once, or elsewhere. */
interface Stay {
  readonly finding: Finding | undefined;
}

const MOST_FILES = 5;

/**
 * The objects to delete: of a cluster those that the inventory proves to be ours, of a revision all that the next one no
 * longer has. What may stand where the source is not understood, is marked to be kept, has moved to another unit, or would
 * take one of these along, stays.
 */
export function planDeletes(input: PlanInput, desired: ReadonlyMap<RefKey, Desired>): Deletes {
  const candidates = withPlaces(input, listCandidates(input, desired));
  const stays = new Map<Candidate, Stay>();
  const encrypted = toKeys(input);
  for (const candidate of candidates) {
    const stay = encrypted.has(candidate.key) ? { finding: undefined } : findStay(candidate, input);
    if (stay !== undefined) stays.set(candidate, stay);
  }
  const hidden = listHidden(
    input,
    candidates.filter((candidate) => !stays.has(candidate)),
  );
  for (const candidate of hidden) stays.set(candidate, { finding: undefined });
  for (const [holder, kept] of findHolders(candidates, stays)) stays.set(holder, { finding: toHolderFinding(holder, kept) });
  const going = candidates.filter((candidate) => !stays.has(candidate));
  const deletes = going.map(({ object, manifest }): PlannedDelete => {
    const change: Change = {
      action: 'delete',
      ref: refOf(object),
      fields: [],
      ...sourceOf(manifest),
      precondition: preconditionOf(object, input.salt),
    };
    return { change, object };
  });
  const approvals = going
    .filter(({ object }) => needsApproval(object))
    .map((candidate) => toCandidateFinding('KP0105', candidate, { contents: describeHoldings(candidate.object, input.before) }));
  const said = [...stays.values()].flatMap(({ finding }) => finding ?? []);
  // Nothing is deleted by comparing revisions: there it is enough that the place is known not to be understood.
  const unknown = hidden.length === 0 || input.mode === 'revision' ? [] : [toUnknownFinding(hidden.length, input)];
  return {
    deletes: deletes.toSorted((a, b) => compareRefs(a.change.ref, b.change.ref)),
    kept: stays.size,
    findings: [...said, ...approvals, ...unknown],
  };
}

function findStay(candidate: Candidate, { ownedByOthers, moved }: PlanInput): Stay | undefined {
  const unit = ownedByOthers.get(candidate.key);
  if (unit !== undefined) return { finding: toCandidateFinding('KP0107', candidate, { unit }) };
  const place = moved?.get(candidate.key);
  if (place !== undefined) return { finding: toCandidateFinding('KP0117', candidate, { place }) };
  const mark = findKeepMark(candidate.object);
  return mark === undefined ? undefined : { finding: toCandidateFinding('KP0106', candidate, { mark }) };
}

/** Candidates that may stand where the source is not understood: all of a cluster, where nobody knows in which file an object stood. */
function listHidden(input: PlanInput, candidates: readonly Candidate[]): readonly Candidate[] {
  const { incomplete = [] } = input;
  if (incomplete.length === 0) return [];
  const files = new Set(incomplete.map(({ file }) => file));
  const reachesFurther = incomplete.some((place) => place.reachesFurther);
  const mayStandThere = ({ manifest }: Candidate): boolean => reachesFurther || manifest === undefined || files.has(manifest.origin.file);
  return candidates.filter(mayStandThere);
}

function findHolders(
  candidates: readonly Candidate[],
  stays: ReadonlyMap<Candidate, Stay>,
): readonly (readonly [Candidate, KubernetesObject])[] {
  if (stays.size === 0 || stays.size === candidates.length) return [];
  const going = new Map(candidates.filter((candidate) => !stays.has(candidate)).map((candidate) => [candidate.object, candidate]));
  const holders = listHolders(
    [...going.keys()],
    [...stays.keys()].map(({ object }) => object),
  );
  return [...holders].flatMap(([holder, kept]) => {
    const candidate = going.get(holder);
    return candidate === undefined ? [] : [[candidate, kept] as const];
  });
}

function toHolderFinding(holder: Candidate, kept: KubernetesObject): Finding {
  return toCandidateFinding('KP0106', holder, { mark: `${formatRef(refOf(kept))}, which is kept, would go with it` });
}

function toUnknownFinding(count: number, { incomplete = [] }: PlanInput): Finding {
  const [first] = incomplete;
  const rest = incomplete.length - MOST_FILES;
  const files = incomplete.slice(0, MOST_FILES).map(({ file }) => file);
  const source = first === undefined ? {} : { source: { file: first.file, line: 1, column: 1, endLine: 1, endColumn: 1 } };
  return toFinding('KP0113', { ...source, data: { count, files: rest > 0 ? `${files.join(', ')} and ${rest} more` : files.join(', ') } });
}

function toCandidateFinding(code: string, { object, manifest }: Candidate, data: Readonly<Record<string, string>>): Finding {
  const ref = refOf(object);
  return toFinding(code, { ref, ...sourceOf(manifest), data: { kind: ref.kind, ...data } });
}

function sourceOf(manifest: Manifest | undefined): Pick<Change, 'source'> {
  return manifest === undefined ? {} : { source: lineOf(manifest.origin) };
}

/**
 * The finding that stops a plan which would delete most of a unit; undefined if it deletes little. What is kept though it
 * is in no manifest must not make the rest look like a small part.
 */
export function findMassDeletion(
  { deletes, kept }: Deletes,
  total: number,
  limits: { readonly maxDeleteShare: number; readonly smallDeletes: number },
): Finding | undefined {
  const deleted = deletes.length;
  const free = total - kept;
  const isAll = deleted >= free && deleted > 0;
  const isMost = deleted > limits.smallDeletes && deleted > free * limits.maxDeleteShare;
  if (!isAll && !isMost) return undefined;
  return toFinding('KP0104', { data: { deleted, total } });
}

function listCandidates(input: PlanInput, desired: ReadonlyMap<RefKey, Desired>): readonly (readonly [RefKey, KubernetesObject])[] {
  const { before } = input;
  if (input.mode === 'revision') {
    return before.kinds().flatMap(({ group, kind }) => [...before.kind(group, kind).byKey].filter(([key]) => !desired.has(key)));
  }
  return [...input.owned].flatMap((key) => {
    const object = desired.has(key) ? undefined : before.get(fromRefKey(key));
    return object === undefined ? [] : [[key, object] as const];
  });
}

function withPlaces(input: PlanInput, candidates: readonly (readonly [RefKey, KubernetesObject])[]): readonly Candidate[] {
  const last = candidates.length === 0 ? new Map<RefKey, Manifest>() : new Map(listLast(input));
  const placed = candidates.map(([key, object]): Candidate => ({ key, object, manifest: last.get(key) }));
  return placed.toSorted(compareBy(({ key }) => key));
}

/** The manifests of the world before, by the identity of their objects, if they are known. */
export function listLast(input: PlanInput): readonly (readonly [RefKey, Manifest])[] {
  return (input.lastManifests ?? []).map((manifest) => [refKeyOf(withNamespaceOf(manifest.object, input)), manifest] as const);
}

function toKeys(input: PlanInput): ReadonlySet<RefKey> {
  const named = (input.encrypted ?? []).map(({ group, version, kind, namespace, name }) => {
    const metadata = namespace === undefined ? { name } : { name, namespace };
    return withNamespaceOf({ apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata }, input);
  });
  return new Set(named.map(refKeyOf));
}

function withNamespaceOf(object: KubernetesObject, { catalog, defaultNamespace }: PlanInput): KubernetesObject {
  return withNamespace(object, catalog.find(gvkOf(object)), defaultNamespace);
}
