import { isRead, type Cluster, type ResourceType, type StatusError } from '../../cluster/index.ts';
import {
  KplanError,
  annotationsOf,
  formatRef,
  isKubernetesObject,
  labelsOf,
  refOf,
  type GroupKind,
  type KubernetesObject,
  type World,
} from '../../model/index.ts';
import { readIntents, writeIntents, type Intents } from '../../planner/index.ts';
import { getString, isArray, isEqualJson, parseJson, sortedUnique, stringifyJson } from '../../std/index.ts';
import { ID_LABEL, parentRef, toApplySetId, type InventoryOptions } from './membership.ts';

const TOOLING = 'applyset.kubernetes.io/tooling';
const GROUP_KINDS = 'applyset.kubernetes.io/contains-group-kinds';
const GROUP_RESOURCES = 'applyset.kubernetes.io/contains-group-resources';
const NAMESPACES = 'applyset.kubernetes.io/additional-namespaces';
/** On a unit's parent: the unit's name. */
export const UNIT_ANNOTATION = 'kapply.kplan.dev/unit';
/** In a parent's data: the hooks that are run when the unit is removed, a JSON array. */
const HOOKS = 'removal-hooks';
/** In a parent's data: what was last applied to the members. */
const INTENTS = 'applied-intents';
const TOOL = 'kapply';
const TOOL_VERSION = 'kapply/v1';
const FIELD_MANAGER = 'kapply-applyset';

/** Which kinds and namespaces a unit's members are of: `Deployment.apps`, `ConfigMap`. Sorted. */
export interface Extent {
  readonly groupKinds: readonly string[];
  /** With the parent's own. */
  readonly namespaces: readonly string[];
}

/** The parent of a unit's ApplySet as it stands. */
export interface Parent {
  readonly id: string;
  readonly object: KubernetesObject | undefined;
  readonly extent: Extent;
  /** The hooks that are run when the unit is removed. */
  readonly hooks: readonly KubernetesObject[];
  readonly intents: Intents;
}

/** What a parent is written to say. */
export interface ParentContent extends Extent {
  readonly hooks?: readonly KubernetesObject[];
  readonly intents?: Intents;
}

/** A kind as the annotation writes it. */
export function toGroupKindName({ group, kind }: GroupKind): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/** The unit that a parent object says it is of. */
export function unitOf(parent: KubernetesObject): string | undefined {
  return isOurs(parent) ? annotationsOf(parent).get(UNIT_ANNOTATION) : undefined;
}

/**
 * Reads the parent of a unit; an empty extent where there is none. Throws `KplanError` REFUSED where the object of that
 * name is no ApplySet parent, or one of another tool, or says that it is another's.
 */
export async function readParent(cluster: Cluster, unit: string, options: InventoryOptions = {}): Promise<Parent> {
  const ref = parentRef(unit, options);
  const id = toApplySetId(ref);
  const { reading } = options;
  const object = reading !== undefined && isRead(reading, ref) ? reading.world.get(ref) : await cluster.get(ref);
  if (object === undefined) return { id, object, extent: { groupKinds: [], namespaces: [ref.namespace] }, hooks: [], intents: new Map() };
  const annotations = annotationsOf(object);
  const tooling = annotations.get(TOOLING);
  if (tooling === undefined) throw refuse(`${formatRef(ref)} already exists and has no annotation ${TOOLING}`);
  if (!isOurs(object)) throw refuse(`the ApplySet parent ${formatRef(ref)} is managed by ${tooling}, not by ${TOOL}`);
  const label = labelsOf(object).get(ID_LABEL);
  if (label !== id) throw refuse(`${formatRef(ref)} has the wrong value for the label ${ID_LABEL} (${label ?? 'none'}, not ${id})`);
  const extent = readExtent(annotations, ref.namespace) ?? {
    groupKinds: toGroupKinds(splitList(annotations.get(GROUP_RESOURCES)), reading?.types ?? (await cluster.resources())),
    namespaces: namespacesOf(annotations, ref.namespace),
  };
  return { id, object, extent, hooks: readHooks(object), intents: intentsOf(object) };
}

/** The extent that a parent's annotations name; undefined where they name resources in place of kinds. */
export function readExtent(annotations: ReadonlyMap<string, string>, namespace: string): Extent | undefined {
  const kinds = annotations.get(GROUP_KINDS);
  return kinds === undefined ? undefined : { groupKinds: splitList(kinds), namespaces: namespacesOf(annotations, namespace) };
}

function namespacesOf(annotations: ReadonlyMap<string, string>, own: string): readonly string[] {
  return sortedUnique([own, ...splitList(annotations.get(NAMESPACES))]);
}

/** What a parent remembers of what was last applied. */
export function intentsOf(parent: KubernetesObject): Intents {
  return readIntents(getString(parent, 'data', INTENTS) ?? '');
}

function readHooks(parent: KubernetesObject): readonly KubernetesObject[] {
  const text = getString(parent, 'data', HOOKS);
  if (text === undefined) return [];
  try {
    const hooks = parseJson(text);
    if (isArray(hooks) && hooks.every(isKubernetesObject)) return hooks;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new KplanError(
    'REFUSED',
    `the ApplySet parent ${formatRef(refOf(parent))} says under data.${HOOKS} what kapply did not write there`,
    {
      hint: `Remove data.${HOOKS} if no hook is to run when the unit is removed; the next apply writes it anew.`,
    },
  );
}

/** The kinds that the ApplySet parents of a world name, of any unit or tool, as `group/Kind`; sorted. */
export function listMemberKinds(world: World): readonly string[] {
  const names = [...world.kind('', 'ConfigMap').groupKeys(memberKindsOf)].flatMap(splitList);
  return sortedUnique(names.map((name) => (name.includes('.') ? name.replace(/^([^.]*)\.(.*)$/, '$2/$1') : `/${name}`)));
}

function memberKindsOf(object: KubernetesObject): string | undefined {
  return annotationsOf(object).get(GROUP_KINDS);
}

function isOurs(parent: KubernetesObject): boolean {
  const tooling = annotationsOf(parent).get(TOOLING) ?? '';
  const slash = tooling.lastIndexOf('/');
  return (slash < 0 ? tooling : tooling.slice(0, slash)) === TOOL;
}

function refuse(message: string): KplanError {
  return new KplanError('REFUSED', message, { hint: 'Give the unit another name, or remove that object if nothing needs it.' });
}

function splitList(text: string | undefined): readonly string[] {
  return sortedUnique((text ?? '').split(',').filter((item) => item !== ''));
}

function toGroupKinds(groupResources: readonly string[], types: readonly ResourceType[]): readonly string[] {
  const byResource = new Map(
    types.map((type) => [type.group === '' ? type.plural : `${type.plural}.${type.group}`, toGroupKindName(type)]),
  );
  return sortedUnique(groupResources.flatMap((name) => byResource.get(name) ?? []));
}

/** The parent object of a unit with this content, as it is applied. */
export function toParentObject(
  unit: string,
  { hooks = [], intents = new Map(), ...extent }: ParentContent,
  options: InventoryOptions = {},
): KubernetesObject {
  const ref = parentRef(unit, options);
  const known = writeIntents(intents);
  const data = {
    ...(hooks.length === 0 ? {} : { [HOOKS]: stringifyJson(hooks) }),
    ...(known === '' ? {} : { [INTENTS]: known }),
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: ref.name,
      namespace: ref.namespace,
      labels: { [ID_LABEL]: toApplySetId(ref) },
      annotations: {
        [NAMESPACES]: sortedUnique(extent.namespaces.filter((namespace) => namespace !== ref.namespace)).join(','),
        [GROUP_KINDS]: sortedUnique(extent.groupKinds).join(','),
        [TOOLING]: TOOL_VERSION,
        [UNIT_ANNOTATION]: unit,
      },
    },
    ...(Object.keys(data).length === 0 ? {} : { data }),
  };
}

/** Writes the parent of a unit, where it is not so already. Answers the refusal, if the cluster refuses. */
export async function writeParent(
  cluster: Cluster,
  unit: string,
  content: ParentContent,
  options: InventoryOptions & { readonly force: boolean },
): Promise<StatusError | undefined> {
  const result = await cluster.apply(toParentObject(unit, content, options), { fieldManager: FIELD_MANAGER, force: options.force });
  return result.kind === 'error' ? result : undefined;
}

/** Whether a parent says just this already. */
export function saysAlready(parent: KubernetesObject, unit: string, content: ParentContent, options: InventoryOptions = {}): boolean {
  const wanted = toParentObject(unit, content, options);
  const annotations = annotationsOf(parent);
  const isSaid = [...annotationsOf(wanted)].every(([key, value]) => annotations.get(key) === value);
  return isSaid && labelsOf(parent).get(ID_LABEL) === labelsOf(wanted).get(ID_LABEL) && isEqualJson(parent['data'], wanted['data']);
}

/** Both extents together. */
export function joinExtents(a: Extent, b: Extent): Extent {
  return {
    groupKinds: sortedUnique([...a.groupKinds, ...b.groupKinds]),
    namespaces: sortedUnique([...a.namespaces, ...b.namespaces]),
  };
}
