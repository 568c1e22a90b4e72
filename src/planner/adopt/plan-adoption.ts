import {
  annotationsOf,
  labelsOf,
  withMetadata,
  type KubernetesObject,
  type Manifest,
  type ObjectRef,
  type Schema,
  type SourceRange,
} from '../../model/index.ts';
import { keepAllocated } from '../../model/schema/index.ts';
import { compareBy, compareStrings, getObject, getString, isObject, type JsonValue } from '../../std/index.ts';
import { canonicalOf, hasOwnStatus } from '../canonical.ts';
import { planChange } from '../change.ts';
import { toDesired } from '../desired.ts';
import { diffValues } from '../diff.ts';
import type { Desired, PlanInput } from '../input.ts';
import {
  applyMerge,
  extractItems,
  FieldSet,
  fieldSetOf,
  readManagers,
  writeManagers,
  type ManagedEntry,
  type Managers,
} from '../merge/index.ts';
import { isLeftOut } from '../order/hooks.ts';
import { lineOf } from '../place.ts';
import { listMarks, toolOf, type FormerTool } from './former-managers.ts';

/** Who an object is taken over from: a tool, the manager it applies under, and of how many fields. */
export interface FormerOwner {
  readonly tool: FormerTool;
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly fields: number;
}

/** What taking over one object means. */
export interface Adoption {
  readonly ref: ObjectRef;
  readonly from: readonly FormerOwner[];
  /** What the tool knows the object by there: `Helm release shop/web`. */
  readonly known: readonly string[];
  /** Annotations and labels of these tools that go. */
  readonly dropped: readonly string[];
  /** Pointers of fields that only these tools hold and that the manifest does not name. */
  readonly left: readonly string[];
  /** Pointers of fields that the manifest wants otherwise. */
  readonly differs: readonly string[];
  /** What is applied: of the live object, with its values, what is owned from now on. Holds the values of Secrets. */
  readonly applied: KubernetesObject;
}

/** An object of the manifests, as far as it can be taken over. */
export interface Adoptee {
  readonly ref: ObjectRef;
  readonly source: SourceRange | undefined;
  /** What taking it over means; undefined where nothing is to be done. */
  readonly decide: (live: KubernetesObject) => Adoption | undefined;
}

export type AdoptionSettings = Pick<PlanInput, 'catalog' | 'defaultNamespace' | 'fieldManager' | 'now' | 'salt'> & {
  /** The labels of membership: what proves an object to be of the unit. */
  readonly labels: Readonly<Record<string, string>>;
};

/** The objects of manifests that may be taken over: all but hooks that are never applied. In the order of the manifests' identities. */
export function listAdoptees(manifests: readonly Manifest[], settings: AdoptionSettings): readonly Adoptee[] {
  const { byKey } = toDesired(manifests, settings);
  return [...byKey.values()]
    .filter(({ object }) => !isLeftOut(object))
    .toSorted(compareBy(({ key }) => key))
    .map((desired) => ({
      ref: desired.ref,
      source: lineOf(desired.manifest.origin),
      decide: (live) => planAdoption(desired, live, settings),
    }));
}

/**
 * What it takes for an object that tools have applied to be ours, without a change of any value but of the tools' own marks and our
 * label: of what the manifest names and what only those tools hold we become the owner, of the values that are there; then they
 * are owners no more (client-go `csaupgrade`, with the same fields left to be removed by the next apply).
 */
function planAdoption(desired: Desired, live: KubernetesObject, settings: AdoptionSettings): Adoption | undefined {
  const schema = settings.catalog.find(desired.ref)?.schema;
  const managers = readManagers(live) ?? new Map<string, ManagedEntry>();
  const former = [...managers.values()].filter(isFormer);
  const marks = findMarks(live, desired.object);
  const isMember = Object.entries(settings.labels).every(([name, value]) => labelsOf(live).get(name) === value);
  const own = [...managers.values()].find((entry) => isOwn(entry, settings.fieldManager));
  if (former.length === 0 && marks.length === 0 && isMember && own !== undefined) return undefined;
  const dropped = marks.map(({ on, name }) => `${on}/${name}`);
  const plain = withoutMarks(live, dropped);
  const wanted = (own?.fields ?? FieldSet.EMPTY).union(fieldSetOf(desired.object, schema)).intersection(fieldSetOf(plain, schema));
  const extra = findExtra({ live: plain, wanted, managers, schema, desired }, settings);
  return {
    ref: desired.ref,
    from: listFormer(former, marks),
    known: listKnown(live, marks),
    dropped,
    left: extra.pointers,
    differs: findDifferences(desired, live, settings),
    applied: toApplied(plain, wanted.union(extra.fields), desired, schema, settings),
  };
}

/** The live object without the fields that only former owners held as marks, and without these owners: what is written last. */
export function releaseFormer(live: KubernetesObject, dropped: readonly string[]): KubernetesObject {
  const managers = readManagers(live) ?? new Map<string, ManagedEntry>();
  const kept = new Map([...managers].filter(([, entry]) => !isFormer(entry)));
  return withMetadata(withoutMarks(live, dropped), { managedFields: writeManagers(kept) });
}

function withoutMarks(live: KubernetesObject, dropped: readonly string[]): KubernetesObject {
  const without = (on: 'annotations' | 'labels'): Readonly<Record<string, JsonValue | undefined>> => {
    const names = getObject(live.metadata, on) ?? {};
    const rest = Object.entries(names).filter(([name]) => !dropped.includes(`${on}/${name}`));
    return Object.keys(names).length === rest.length ? {} : { [on]: rest.length === 0 ? undefined : Object.fromEntries(rest) };
  };
  return withMetadata(live, { ...without('annotations'), ...without('labels') });
}

function isFormer({ manager, subresource }: ManagedEntry): boolean {
  return subresource === undefined && toolOf(manager) !== undefined;
}

function isOwn({ manager, operation, subresource }: ManagedEntry, fieldManager: string): boolean {
  return manager === fieldManager && operation === 'Apply' && subresource === undefined;
}

type Mark = ReturnType<typeof listMarks>[number];

/** The marks that the object carries and its manifest does not ask for. */
function findMarks(live: KubernetesObject, desired: KubernetesObject): readonly Mark[] {
  return listMarks().filter(({ on, name, value }) => {
    const found = getString(live.metadata, on, name);
    return found !== undefined && (value === undefined || value === found) && getString(desired.metadata, on, name) === undefined;
  });
}

function listFormer(former: readonly ManagedEntry[], marks: readonly Mark[]): readonly FormerOwner[] {
  const owners = former.map(({ manager, operation, fields }): FormerOwner => {
    return { tool: toolOf(manager) ?? 'nobody known', manager, operation, fields: fields.paths().length };
  });
  const silent = marks.filter(({ tool }) => owners.every((owner) => owner.tool !== tool));
  const tools = [...new Set(silent.map(({ tool }) => tool))].map((tool): FormerOwner => ({
    tool,
    manager: '',
    operation: 'Update',
    fields: 0,
  }));
  return [...owners, ...tools].toSorted(
    compareBy(
      ({ tool }) => tool,
      ({ manager }) => manager,
      ({ operation }) => operation,
    ),
  );
}

/** What tools know an object by, as its marks say: `Helm release shop/web`. */
export function listOwnersOf(object: KubernetesObject): readonly string[] {
  if (object.metadata['labels'] === undefined && object.metadata['annotations'] === undefined) return [];
  return listKnown(object, listMarks());
}

function listKnown(live: KubernetesObject, marks: readonly Mark[]): readonly string[] {
  const value = (name: string): string | undefined => {
    const mark = marks.find((item) => item.name === name);
    return mark === undefined ? undefined : (mark.on === 'labels' ? labelsOf(live) : annotationsOf(live)).get(name);
  };
  const pair = (prefix: string, name: string): string | undefined => {
    const [space, own] = [value(`${prefix}namespace`), value(name)];
    return own === undefined || space === undefined ? own : `${space}/${own}`;
  };
  const found = [
    ['Argo CD application', value('argocd.argoproj.io/tracking-id')?.split(':')[0]],
    ['Flux HelmRelease', pair('helm.toolkit.fluxcd.io/', 'helm.toolkit.fluxcd.io/name')],
    ['Flux Kustomization', pair('kustomize.toolkit.fluxcd.io/', 'kustomize.toolkit.fluxcd.io/name')],
    ['Helm release', pair('meta.helm.sh/release-', 'meta.helm.sh/release-name')],
  ] as const;
  return found.flatMap(([what, name]) => (name === undefined ? [] : [`${what} ${name}`]));
}

interface Holding {
  readonly live: KubernetesObject;
  readonly wanted: FieldSet;
  readonly managers: Managers;
  readonly schema: Schema | undefined;
  readonly desired: Desired;
}

/** What nobody but former owners holds and the manifest does not name. Where it is only what defaults would put there again, nothing. */
function findExtra(
  { live, wanted, managers, schema, desired }: Holding,
  settings: AdoptionSettings,
): { readonly fields: FieldSet; readonly pointers: readonly string[] } {
  const rest = [...managers].filter(([, entry]) => !isFormer(entry));
  const held = rest.reduce((all, [, { fields }]) => all.union(fields), WRITTEN_BY_SERVER);
  const theirs = [...managers.values()].filter(isFormer).reduce((all, { fields }) => all.union(fields), FieldSet.EMPTY);
  const extra = theirs.difference(wanted).difference(held).intersection(fieldSetOf(live, schema));
  if (extra.isEmpty) return { fields: FieldSet.EMPTY, pointers: [] };
  const { fieldManager: manager, now, catalog } = settings;
  const entry: ManagedEntry = { manager, operation: 'Apply', apiVersion: desired.object.apiVersion, fields: wanted.union(extra) };
  const owned = withMetadata(live, {
    managedFields: writeManagers(new Map([...rest.filter(([, other]) => !isOwn(other, manager)), ['own', entry]])),
  });
  const applied = toApplied(live, wanted, desired, schema, { ...settings, labels: {} });
  const hasStatusSubresource = hasOwnStatus(catalog.find(desired.ref));
  const outcome = applyMerge({ live: owned, applied, manager, force: true, schema, now, hasStatusSubresource });
  if (outcome.kind !== 'ok') return { fields: extra, pointers: [] };
  const after = canonicalOf(keepAllocated(owned, outcome.object), catalog);
  const pointers = diffValues(canonicalOf(live, catalog), after, schema).map(({ path }) => path);
  return pointers.length === 0 ? { fields: FieldSet.EMPTY, pointers } : { fields: extra, pointers };
}

/** What the server writes into an object on behalf of whoever creates it. */
const WRITTEN_BY_SERVER: FieldSet = FieldSet.of(['f:metadata', 'f:annotations', 'f:deprecated.daemonset.template.generation']);

/** The fields that the next apply changes, the tools' marks and our label aside. */
function findDifferences(desired: Desired, live: KubernetesObject, settings: AdoptionSettings): readonly string[] {
  const member = withMetadata(live, { labels: { ...getObject(live.metadata, 'labels'), ...settings.labels } });
  const { change } = planChange(desired, member, { ...settings, mode: 'live', forceConflicts: true, judgeUpdate: () => [] });
  return change.fields.map(({ path }) => path).toSorted(compareStrings);
}

function toApplied(
  live: KubernetesObject,
  fields: FieldSet,
  { object }: Desired,
  schema: Schema | undefined,
  { labels }: Pick<AdoptionSettings, 'labels'>,
): KubernetesObject {
  const part = extractItems(live, fields, schema);
  const { apiVersion, kind } = object;
  const { name = '', namespace } = object.metadata;
  const own = getObject(part, 'metadata');
  return {
    ...(isObject(part) ? part : {}),
    apiVersion,
    kind,
    metadata: {
      ...own,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(Object.keys(labels).length === 0 ? {} : { labels: { ...getObject(own, 'labels'), ...labels } }),
    },
  };
}
