import { toFinding, toRefKey, type Finding, type RefKey } from '../model/index.ts';
import { getArray, getString, sortedUnique } from '../std/index.ts';
import type { Desired, PlanInput } from './input.ts';
import { lineOf } from './place.ts';

/** What is said of desired objects whose kind and version the cluster does not serve, nor will, if nothing is said of them yet. */
export function findUnserved(byKey: ReadonlyMap<RefKey, Desired>, { findings, served, unread = [] }: PlanInput): readonly Finding[] {
  if (served === undefined) return [];
  const known = new Set([...served, ...listDefined(byKey)].map(({ group, version, kind }) => `${group}/${version}/${kind}`));
  const told = new Set(findings.flatMap(({ ref, severity }) => (ref === undefined || severity !== 'error' ? [] : [toRefKey(ref)])));
  return [...byKey.values()].flatMap(({ key, ref, object, manifest }) => {
    if (known.has(`${ref.group}/${ref.version}/${ref.kind}`) || told.has(key) || unread.includes(`${ref.group}/${ref.kind}`)) return [];
    const others = served.filter(({ group, kind }) => group === ref.group && kind === ref.kind).map(({ version }) => version);
    return [
      toFinding('KP0303', {
        ref,
        path: '/apiVersion',
        source: others.length === 0 ? lineOf(manifest.origin) : manifest.origin.locate(['apiVersion']),
        data: {
          kind: ref.kind,
          apiVersion: object.apiVersion,
          others:
            others.length === 0
              ? ''
              : `, but ${sortedUnique(others)
                  .map((version) => `${ref.group}/${version}`)
                  .join(', ')}`,
        },
      }),
    ];
  });
}

/** The kinds that definitions among the desired objects make. */
function listDefined(
  byKey: ReadonlyMap<RefKey, Desired>,
): readonly { readonly group: string; readonly version: string; readonly kind: string }[] {
  return [...byKey.values()].flatMap(({ object, ref }) => {
    if (ref.group !== 'apiextensions.k8s.io' || ref.kind !== 'CustomResourceDefinition') return [];
    const [group, kind] = [getString(object, 'spec', 'group') ?? '', getString(object, 'spec', 'names', 'kind') ?? ''];
    const versions = getArray(object, 'spec', 'versions').flatMap((version) => getString(version, 'name') ?? []);
    return versions.map((version) => ({ group, version, kind }));
  });
}
