import { isRead, type WorldReading } from '../../cluster/index.ts';
import { annotationsOf, labelsOf, nameOf, refKeyOf, type GroupKind, type KubernetesObject, type RefKey } from '../../model/index.ts';
import { findMembers } from './members.ts';
import { ID_LABEL, parentRef, toApplySetId, type InventoryOptions } from './membership.ts';
import { readExtent, toGroupKindName, unitOf, type Extent } from './parent.ts';

/** What all units but one own, as far as a reading of the cluster tells. */
export interface Owners {
  readonly ownedByOthers: ReadonlyMap<RefKey, string>;
  /** The other units of which it does not tell: they must be asked for one by one. */
  readonly unknown: readonly string[];
}

interface OwningUnit {
  readonly unit: string;
  readonly id: string;
  /** Undefined where the parent names resources in place of kinds, or is not as kapply writes it. */
  readonly extent: Extent | undefined;
}

/**
 * Who owns what besides one unit: what `readInventory` says of each of the others, for the price of one look at each of their
 * kinds, however many they are. `units` are all those that have a parent.
 */
export function findOwners(reading: WorldReading, units: readonly string[], except: string, options: InventoryOptions = {}): Owners {
  const { namespace = 'default' } = options;
  const parents = isRead(reading, CONFIG_MAP) ? reading.world.kind('', 'ConfigMap').inNamespace(namespace) : [];
  const byUnit = new Map(parents.flatMap((object) => toOwningUnit(object, options) ?? []).map((owner) => [owner.unit, owner]));
  const hidden = new Set(reading.unread.map((key) => toGroupKindName(splitKey(key))));
  const ownedByOthers = new Map<RefKey, string>();
  const unknown: string[] = [];
  for (const unit of units) {
    if (unit === except) continue;
    const owner = byUnit.get(unit);
    const extent = owner?.extent;
    if (owner === undefined || extent === undefined || extent.groupKinds.some((name) => hidden.has(name))) {
      unknown.push(unit);
      continue;
    }
    for (const name of extent.groupKinds)
      for (const object of findMembers(reading.world, fromGroupKindName(name), { id: owner.id, extent }))
        ownedByOthers.set(refKeyOf(object), unit);
  }
  return { ownedByOthers, unknown };
}

const CONFIG_MAP = { group: '', kind: 'ConfigMap' };
const OWNERS = new WeakMap<KubernetesObject, OwningUnit>();

/** A parent is read once, and those that do not change stay the same objects. */
function toOwningUnit(object: KubernetesObject, options: InventoryOptions): OwningUnit | undefined {
  const id = labelsOf(object).get(ID_LABEL);
  if (id === undefined) return undefined;
  const known = OWNERS.get(object);
  if (known !== undefined) return known;
  const unit = unitOf(object);
  if (unit === undefined) return undefined;
  const ref = parentRef(unit, options);
  const isOurs = nameOf(object) === ref.name && id === toApplySetId(ref);
  const owner = { unit, id, extent: isOurs ? readExtent(annotationsOf(object), ref.namespace) : undefined };
  OWNERS.set(object, owner);
  return owner;
}

function splitKey(key: string): GroupKind {
  const slash = key.indexOf('/');
  return { group: key.slice(0, slash), kind: key.slice(slash + 1) };
}

function fromGroupKindName(name: string): GroupKind {
  const dot = name.indexOf('.');
  return dot < 0 ? { group: '', kind: name } : { group: name.slice(dot + 1), kind: name.slice(0, dot) };
}
