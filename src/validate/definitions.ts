import { formatRef, gvkOf, refOf, type KubernetesObject, type World } from '../model/index.ts';
import { getArray, getBoolean, getString } from '../std/index.ts';
import type { DanglingReference } from './rules/rule.ts';
import { ERROR } from './rules/rule.ts';

/** What a definition defines. */
interface Definition {
  readonly object: KubernetesObject;
  readonly group: string;
  readonly kind: string;
  readonly served: ReadonlySet<string>;
}

/**
 * Objects of a kind and version that the definitions of `before` serve and those of `after` do not: their definition goes,
 * or serves the version no more. No single world tells, since definitions often stand elsewhere than what is made by them.
 */
export function findUndefined(before: World, after: World): readonly DanglingReference[] {
  const now = after.derive(listDefinitions);
  return [...before.derive(listDefinitions).values()].flatMap((was) => {
    const is = now.get(keyOf(was));
    const gone = [...was.served].filter((version) => is?.served.has(version) !== true);
    if (gone.length === 0) return [];
    return after
      .byKind(was.group, was.kind)
      .filter((object) => gone.includes(gvkOf(object).version))
      .map((object) => toReference(object, was, is));
  });
}

function toReference(referrer: KubernetesObject, was: Definition, is: Definition | undefined): DanglingReference {
  const { apiVersion, kind } = referrer;
  const { version } = gvkOf(referrer);
  const absence = is === undefined ? {} : { absence: `no longer serves ${version}` };
  return {
    referrer,
    path: ['apiVersion'],
    target: formatRef(refOf(was.object)),
    data: { kind, apiVersion, ...absence },
    severity: ERROR,
    findTargets: (world) => {
      const definition = world.get(refOf(was.object));
      return definition === undefined ? [] : [definition];
    },
  };
}

function listDefinitions(world: World): ReadonlyMap<string, Definition> {
  const definitions = world.byKind('apiextensions.k8s.io', 'CustomResourceDefinition').map((object): Definition => {
    const versions = getArray(object, 'spec', 'versions').filter((version) => getBoolean(version, 'served') === true);
    return {
      object,
      group: getString(object, 'spec', 'group') ?? '',
      kind: getString(object, 'spec', 'names', 'kind') ?? '',
      served: new Set(versions.map((version) => getString(version, 'name') ?? '')),
    };
  });
  return new Map(definitions.map((definition) => [keyOf(definition), definition]));
}

function keyOf({ group, kind }: Definition): string {
  return `${group}/${kind}`;
}
