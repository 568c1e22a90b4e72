import { gvkOf, refOf, type Change, type KubernetesObject, type Manifest, type RefKey } from '../model/index.ts';
import { fromPointer, isEqualJson } from '../std/index.ts';
import { listLast } from './deletes.ts';
import { withNamespace } from './desired.ts';
import { diffValues } from './diff.ts';
import type { ChangedObject, Impact } from './impact/causes.ts';
import type { Site, Sites } from './impact/pointing.ts';
import type { Desired, PlanInput } from './input.ts';

/** What differs between the manifests of two revisions as they are written, and where. */
export interface ManifestImpact {
  readonly impact: Impact;
  readonly sites: Sites;
}

/** One object that is written otherwise. */
interface Edited {
  readonly change: Change;
  readonly was: Manifest | undefined;
  readonly is: Manifest | undefined;
  readonly before: KubernetesObject | undefined;
}

/**
 * What a plan between revisions changes in the manifests, whatever a cluster would make of it: what is found wrong with a manifest follows
 * from how it is written.
 */
export function manifestImpact(input: PlanInput, byKey: ReadonlyMap<RefKey, Desired>): ManifestImpact {
  const { catalog, defaultNamespace } = input;
  const complete = ({ object }: Manifest): KubernetesObject => withNamespace(object, catalog.find(gvkOf(object)), defaultNamespace);
  const last = new Map(listLast(input));
  const edited = new Map<RefKey, Edited>();
  const after: KubernetesObject[] = [];
  for (const [key, { manifest }] of byKey) {
    const [was, is] = [last.get(key), complete(manifest)];
    const before = was === undefined ? undefined : complete(was);
    after.push(is);
    if (before !== undefined && isEqualJson(before, is)) continue;
    edited.set(key, { change: toChange(before, is, input), was, is: manifest, before });
  }
  for (const [key, was] of last) {
    const before = complete(was);
    if (!byKey.has(key)) edited.set(key, { change: toChange(before, undefined, input), was, is: undefined, before });
  }
  const changed = new Map([...edited].map(([key, item]) => [key, toChangedObject(item)]));
  const impact: Impact = {
    before: input.before,
    after: input.context.with(after),
    changed,
    locate: (key, pointer) => byKey.get(key)?.manifest.origin.locate(fromPointer(pointer ?? '')),
  };
  const sites: Sites = {
    changeOf: (key) => edited.get(key)?.change,
    movedTo: () => undefined,
    after: (key) => toSite(edited.get(key)?.is),
    before: (key) => toSite(edited.get(key)?.was),
  };
  return { impact, sites };
}

function toChange(before: KubernetesObject | undefined, after: KubernetesObject | undefined, { catalog }: PlanInput): Change {
  const object = after ?? before;
  if (object === undefined) throw new Error('an edited object is there before or after');
  const action = before === undefined ? 'create' : after === undefined ? 'delete' : 'update';
  const fields = before === undefined || after === undefined ? [] : diffValues(before, after, catalog.find(gvkOf(object))?.schema);
  return { action, ref: refOf(object), fields, precondition: { kind: 'absent' } };
}

function toChangedObject({ change, before, is, was }: Edited): ChangedObject {
  const { origin } = is ?? was ?? {};
  return { step: change, before, locate: (pointer) => origin?.locate(fromPointer(pointer ?? '')) };
}

function toSite(manifest: Manifest | undefined): Site | undefined {
  if (manifest === undefined) return undefined;
  const { origin } = manifest;
  return {
    locate: (pointer) => origin.locate(fromPointer(pointer)),
    trail: (pointer) => origin.trail?.(fromPointer(pointer)) ?? [],
  };
}
