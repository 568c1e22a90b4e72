import {
  compareRefs,
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
import { preconditionOf } from './fields-hash.ts';
import type { Desired, PlanInput } from './input.ts';
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
  readonly findings: readonly Finding[];
}

/**
 * The objects to delete: of a cluster those that the inventory proves to be ours, of a revision all that the next one no
 * longer has. What is marked to be kept or has moved to another unit stays.
 */
export function planDeletes(input: PlanInput, desired: ReadonlyMap<RefKey, Desired>): Deletes {
  const candidates = listCandidates(input, desired);
  const last = candidates.length === 0 ? new Map<RefKey, Manifest>() : new Map(listLast(input));
  const deletes: PlannedDelete[] = [];
  const findings: Finding[] = [];
  for (const [key, object] of candidates) {
    const ref = refOf(object);
    const manifest = last.get(key);
    const source = manifest === undefined ? {} : { source: lineOf(manifest.origin) };
    const owner = input.ownedByOthers.get(key);
    const keep = findKeepMark(object);
    if (owner !== undefined) findings.push(toFinding('KP0107', { ref, ...source, data: { kind: ref.kind, unit: owner } }));
    else if (keep !== undefined) findings.push(toFinding('KP0106', { ref, ...source, data: { kind: ref.kind, mark: keep } }));
    else {
      const change: Change = { action: 'delete', ref, fields: [], ...source, precondition: preconditionOf(object, input.salt) };
      deletes.push({ change, object });
      if (needsApproval(object)) findings.push(toFinding('KP0105', { ref, ...source, data: { kind: ref.kind } }));
    }
  }
  return { deletes: deletes.toSorted((a, b) => compareRefs(a.change.ref, b.change.ref)), findings };
}

/** The finding that stops a plan which would delete most of a unit; undefined if it deletes little. */
export function findMassDeletion(
  deleted: number,
  total: number,
  limits: { readonly maxDeleteShare: number; readonly smallDeletes: number },
): Finding | undefined {
  const isAll = deleted === total && deleted > 0;
  const isMost = deleted > limits.smallDeletes && deleted > total * limits.maxDeleteShare;
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

function listLast(input: PlanInput): readonly (readonly [RefKey, Manifest])[] {
  return (input.lastManifests ?? []).map((manifest) => {
    const object = withNamespace(manifest.object, input.catalog.find(gvkOf(manifest.object)), input.defaultNamespace);
    return [refKeyOf(object), manifest] as const;
  });
}
