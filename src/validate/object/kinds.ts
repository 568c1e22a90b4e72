import { gvkOf, type Kind, type KubernetesObject, type SchemaCatalog } from '../../model/index.ts';
import { compareStrings, findNearest, sortedUnique } from '../../std/index.ts';
import type { Report } from '../problem.ts';

/** What is known of the object's kind in a version: the kind, or nothing, having said why. */
export function findKind(object: KubernetesObject, catalog: SchemaCatalog, knowsCluster: boolean, report: Report): Kind | undefined {
  if (object.apiVersion === '') report({ code: 'KV0001', path: ['apiVersion'], data: {} });
  if (object.kind === '') report({ code: 'KV0002', path: ['kind'], data: {} });
  if (object.apiVersion === '' || object.kind === '') return undefined;
  const kind = catalog.find(gvkOf(object));
  if (kind === undefined) reportUnknownKind(object, catalog, knowsCluster, report);
  else if (!kind.servedByDefault)
    report({ code: 'KV0008', path: ['apiVersion'], data: { kind: object.kind, apiVersion: object.apiVersion } });
  else if (!kind.verbs.includes('patch')) {
    const severity = kind.verbs.includes('create') ? 'warning' : 'error';
    report({ code: 'KV0009', severity, path: ['kind'], data: { kind: object.kind } });
  }
  return kind;
}

function reportUnknownKind(object: KubernetesObject, catalog: SchemaCatalog, knowsCluster: boolean, report: Report): void {
  const gvk = gvkOf(object);
  const data = { kind: object.kind, apiVersion: object.apiVersion };
  const removed = catalog.findRemoved(gvk);
  if (removed !== undefined) {
    const { replacement } = removed;
    const instead = replacement === undefined ? 'nothing took its place' : `use ${replacement.apiVersion}`;
    const what =
      replacement === undefined ? 'Remove the manifest: no version is served any more' : `Move the manifest to ${replacement.apiVersion}`;
    return report({ code: 'KV0004', path: ['apiVersion'], data: { ...data, removedIn: removed.removedIn, instead, what } });
  }
  const groups = kindsByGroup(catalog);
  const isForeign = gvk.group.includes('.') && !groups.has(gvk.group) && !catalog.isDefined(gvk.group, gvk.kind);
  if (isForeign && !knowsCluster) return report({ code: 'KV0007', path: ['apiVersion'], data });
  const meant = listMeant(catalog, groups, gvk.group, gvk.kind);
  const path = meant.some((name) => name.startsWith(`${object.kind} `)) ? ['apiVersion'] : ['kind'];
  const near = meant.length > 0 ? `; near ones: ${meant.join(', ')}` : ', or add the CustomResourceDefinition that makes the kind';
  return report({ code: 'KV0003', path, data: { ...data, meant, near } });
}

const groupsOf = new WeakMap<SchemaCatalog, ReadonlyMap<string, readonly string[]>>();

function kindsByGroup(catalog: SchemaCatalog): ReadonlyMap<string, readonly string[]> {
  const known = groupsOf.get(catalog);
  if (known !== undefined) return known;
  const groups = new Map<string, string[]>();
  for (const { group, kind } of catalog.list()) {
    const list = groups.get(group);
    if (list === undefined) groups.set(group, [kind]);
    else list.push(kind);
  }
  groupsOf.set(catalog, groups);
  return groups;
}

/** What was probably meant, as `Kind apiVersion`: the same kind of this group, of another, or one that is spelled nearly so. */
function listMeant(catalog: SchemaCatalog, groups: ReadonlyMap<string, readonly string[]>, group: string, kind: string): readonly string[] {
  const names = (of: string, name: string): readonly string[] =>
    catalog.findVersions(of, name).map((item) => `${item.kind} ${item.group === '' ? '' : `${item.group}/`}${item.version}`);
  const same = names(group, kind);
  if (same.length > 0) return same;
  const elsewhere = [...groups.keys()].toSorted(compareStrings).flatMap((other) => names(other, kind));
  if (elsewhere.length > 0) return elsewhere;
  const near = findNearest(kind, sortedUnique(groups.get(group) ?? []));
  if (near !== undefined) return names(group, near);
  const anywhere = findNearest(kind, sortedUnique([...groups.values()].flat()));
  return anywhere === undefined ? [] : [...groups.keys()].toSorted(compareStrings).flatMap((other) => names(other, anywhere));
}
