import { isRead, type WorldReading } from '../../cluster/index.ts';
import {
  annotationsOf,
  labelsOf,
  nameOf,
  namespaceOf,
  type GroupKind,
  type KubernetesObject,
  type RefKey,
  type World,
} from '../../model/index.ts';
import { sortedUnique } from '../../std/index.ts';
import { memberOf } from './members.ts';
import { ID_LABEL, parentRef, toApplySetId, type InventoryOptions } from './membership.ts';
import { readExtent, toGroupKindName, unitOf, type Extent } from './parent.ts';

/** What all units but one own, as far as a reading of the cluster tells. */
export interface Owners {
  /** The unit that owns an object. */
  readonly ownedByOthers: Pick<ReadonlyMap<RefKey, string>, 'get'>;
  /** The other units of which it does not tell: they must be asked for one by one. Undefined where that holds for all. */
  readonly unknown: readonly string[] | undefined;
}

interface OwningUnit {
  readonly unit: string;
  /** Undefined where the parent names resources in place of kinds, or is not as kapply writes it. */
  readonly extent: Extent | undefined;
}

/**
 * Who owns what besides one unit: what `readInventory` says of each of the others. Nothing is gone through: an object's label names
 * its ApplySet, and that the unit, however many there are.
 */
export function findOwners(reading: WorldReading, except: string, options: InventoryOptions = {}): Owners {
  if (!isRead(reading, CONFIG_MAP)) return { ownedByOthers: new Map(), unknown: undefined };
  const { namespace = 'default' } = options;
  const { world } = reading;
  const hidden = new Set(reading.unread.map((key) => toGroupKindName(splitKey(key))));
  const isKnown = (kinds: readonly string[]): boolean => hidden.size === 0 || !kinds.some((name) => hidden.has(name));
  const findUnit = (id: string, kind: string, within: string | undefined): string | undefined =>
    world
      .kind('', 'ConfigMap')
      .inGroup(idOf, id)
      .flatMap((parent) => (namespaceOf(parent) === namespace ? (toOwningUnit(parent) ?? []) : []))
      .find(({ unit, extent }) => unit !== except && extent !== undefined && isKnown(extent.groupKinds) && isWithin(extent, kind, within))
      ?.unit;
  const get = (key: RefKey): string | undefined => {
    const [group = '', kind = ''] = key.split('/', 2);
    const object = world.kind(group, kind).byKey.get(key);
    const id = object === undefined ? undefined : memberOf(object);
    return object === undefined || id === undefined ? undefined : findUnit(id, toGroupKindName({ group, kind }), namespaceOf(object));
  };
  return { ownedByOthers: { get }, unknown: listUnknown(world, namespace, isKnown).filter((unit) => unit !== except) };
}

function isWithin({ groupKinds, namespaces }: Extent, kind: string, namespace: string | undefined): boolean {
  return groupKinds.includes(kind) && (namespace === undefined || namespaces.includes(namespace));
}

/** The units of which a parent is not as kapply writes it, or names a kind that is not known. */
function listUnknown(world: World, namespace: string, isKnown: (kinds: readonly string[]) => boolean): readonly string[] {
  const parents = world.kind('', 'ConfigMap');
  const unknown: string[] = [];
  for (const key of parents.groupKeys(standingOf)) {
    const [within, kinds] = [key.slice(0, key.indexOf(' ')), key.slice(key.indexOf(' ') + 1)];
    if (within !== namespace || (kinds !== FAULTY && isKnown(kinds.split(',')))) continue;
    for (const parent of parents.inGroup(standingOf, key)) unknown.push(unitOf(parent) ?? '');
  }
  return sortedUnique(unknown);
}

const FAULTY = '?';

/** The namespace of a parent, and which kinds it names. */
function standingOf(object: KubernetesObject): string | undefined {
  const owner = toOwningUnit(object);
  return owner === undefined ? undefined : `${namespaceOf(object) ?? ''} ${owner.extent?.groupKinds.join(',') ?? FAULTY}`;
}

function idOf(object: KubernetesObject): string | undefined {
  return labelsOf(object).get(ID_LABEL);
}

const CONFIG_MAP = { group: '', kind: 'ConfigMap' };
const OWNERS = new WeakMap<KubernetesObject, OwningUnit>();

/** A parent is read once, and those that do not change stay the same objects. */
function toOwningUnit(object: KubernetesObject): OwningUnit | undefined {
  const id = idOf(object);
  if (id === undefined) return undefined;
  const known = OWNERS.get(object);
  if (known !== undefined) return known;
  const unit = unitOf(object);
  if (unit === undefined) return undefined;
  const ref = parentRef(unit, { namespace: namespaceOf(object) ?? '' });
  const isOurs = nameOf(object) === ref.name && id === toApplySetId(ref);
  const owner = { unit, extent: isOurs ? readExtent(annotationsOf(object), ref.namespace) : undefined };
  OWNERS.set(object, owner);
  return owner;
}

function splitKey(key: string): GroupKind {
  const slash = key.indexOf('/');
  return { group: key.slice(0, slash), kind: key.slice(slash + 1) };
}
