import { refKeyOf, toFinding, toRefKey, type Engine, type Finding, type Manifest, World } from '../../model/index.ts';
import { fromPointer } from '../../std/index.ts';

/** A manifest with the object that it is once its namespace is filled in. */
export interface PlacedManifest {
  readonly manifest: Manifest;
  readonly object: Parameters<typeof refKeyOf>[0];
}

/**
 * What admission would say of manifests that are applied where nothing is but `context`: the facts of an engine as findings, each at
 * the field that it follows from, else at the object that it is about.
 */
export function listAdmissionFindings(engine: Engine, placed: readonly PlacedManifest[], context: World): readonly Finding[] {
  const own = new Map(placed.map(({ manifest, object }) => [refKeyOf(object), manifest]));
  const world = context.with(placed.map(({ object }) => object));
  return engine.compare(World.EMPTY, world).flatMap(({ change, fact }) => {
    const place = fact.objects.find(({ ref }) => own.has(toRefKey(ref)));
    const manifest = place === undefined ? undefined : own.get(toRefKey(place.ref));
    if (change === 'lost' || place === undefined || manifest === undefined) return [];
    return [
      toFinding(fact.code, {
        severity: fact.severity,
        ref: fact.subject ?? place.ref,
        ...(place.path === undefined ? {} : { path: place.path }),
        source: manifest.origin.locate(fromPointer(place.path ?? '')),
        data: fact.data,
      }),
    ];
  });
}
