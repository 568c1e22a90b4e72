import {
  formatRef,
  namespaceOf,
  parseApiVersion,
  refOf,
  toFinding,
  toRefKey,
  type Finding,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../model/index.ts';
import { getArray, getString, type JsonValue } from '../std/index.ts';
import type { Desired, PlanInput } from './input.ts';

/**
 * What is said of an object none of whose owners exist: the garbage collector deletes it within seconds
 * (pkg/controller/garbagecollector, `attemptToDeleteItem`). An owner is the very object of that uid; one that is only now
 * created has another. A dump may not hold all there is.
 */
export function findLostOwners({ object, manifest }: Desired, { before, beforeSource, mode }: PlanInput): Finding | undefined {
  const references = getArray(object.metadata, 'ownerReferences');
  if (mode !== 'live' || references.length === 0 || references.some((reference) => isThere(before, object, reference))) return undefined;
  const [owner] = references.map((reference) => formatRef(toOwnerRef(object, reference)));
  return toFinding('KP0116', {
    ref: refOf(object),
    path: '/metadata/ownerReferences',
    source: manifest.origin.locate(['metadata', 'ownerReferences']),
    ...(beforeSource.kind === 'snapshot' ? { severity: 'warning' } : {}),
    data: { kind: object.kind, owner: owner ?? '' },
  });
}

function isThere(world: World, object: KubernetesObject, reference: JsonValue): boolean {
  const ref = toOwnerRef(object, reference);
  const { namespace: _, ...clusterWide } = ref;
  return [ref, clusterWide].some(
    (place) => getString(world.kind(place.group, place.kind).byKey.get(toRefKey(place))?.metadata, 'uid') === getString(reference, 'uid'),
  );
}

/** An owner is in the same namespace or in none. */
function toOwnerRef(object: KubernetesObject, reference: JsonValue): ObjectRef {
  const { group, version } = parseApiVersion(getString(reference, 'apiVersion') ?? '');
  const namespace = namespaceOf(object);
  const name = getString(reference, 'name') ?? '';
  return { group, version, kind: getString(reference, 'kind') ?? '', name, ...(namespace === undefined ? {} : { namespace }) };
}
