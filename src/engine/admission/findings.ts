import {
  pathOfFact,
  refKeyOf,
  toFinding,
  toRefKey,
  type Engine,
  type Finding,
  type KubernetesObject,
  type Manifest,
  World,
} from '../../model/index.ts';
import { fromPointer } from '../../std/index.ts';

/** Puts objects in the order in which they are applied: those of one list side by side. */
export type OrderObjects = (objects: readonly KubernetesObject[]) => readonly (readonly KubernetesObject[])[];

/** A manifest with the object that it is once its namespace is filled in. */
export interface PlacedManifest {
  readonly manifest: Manifest;
  readonly object: KubernetesObject;
}

/**
 * What admission would say of manifests that are applied where nothing is but `context`: the facts of an engine as findings, each at
 * the field that it follows from, else at the object that it is about.
 */
export function listAdmissionFindings(
  engine: Engine,
  placed: readonly PlacedManifest[],
  { context, order }: { readonly context: World; readonly order: OrderObjects },
): readonly Finding[] {
  const own = new Map(placed.map(({ manifest, object }) => [refKeyOf(object), manifest]));
  const objects = placed.map(({ object }) => object);
  const waves = new Map(order(objects).flatMap((wave, index) => wave.map((object) => [refKeyOf(object), index] as const)));
  const world = context.with(objects).inOrder({ waves, created: new Set(waves.keys()), leaving: [] });
  return engine.compare(World.EMPTY, world).flatMap(({ change, fact }) => {
    const place = fact.objects.find(({ ref }) => own.has(toRefKey(ref)));
    const manifest = place === undefined ? undefined : own.get(toRefKey(place.ref));
    if (change === 'lost' || place === undefined || manifest === undefined) return [];
    const path = fact.subject === undefined ? place.path : pathOfFact(fact);
    return [
      toFinding(fact.code, {
        severity: fact.severity,
        ref: fact.subject ?? place.ref,
        ...(path === undefined ? {} : { path }),
        source: manifest.origin.locate(fromPointer(place.path ?? '')),
        data: fact.data,
      }),
    ];
  });
}
