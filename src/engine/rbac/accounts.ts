import { compareBy, getArray, getBoolean, getString, sortedUnique } from '../../std/index.ts';
import { nameOf, namespaceOf, podTemplateOf, type KubernetesObject, type PodTemplate, type World } from '../../model/index.ts';
import { toUserKey } from './binding.ts';
import { readPolicy } from './policy.ts';
import { toPrincipal, type Principal } from './principal.ts';
import { toServiceAccountUser } from './request.ts';

/** A workload, and the ServiceAccount that its pods run as. */
export interface AccountUse {
  readonly object: KubernetesObject;
  readonly template: PodTemplate;
  readonly namespace: string;
  readonly account: string;
}

/** The workloads of a world, and Pods that no controller made, by name. */
export function listAccountUses(world: World): readonly AccountUse[] {
  return world.derive(findAccountUses);
}

function findAccountUses(world: World): readonly AccountUse[] {
  const uses = world.kinds().flatMap(({ group, kind }) =>
    world.byKind(group, kind).flatMap((object) => {
      const template = podTemplateOf(object);
      const namespace = namespaceOf(object);
      if (template === undefined || namespace === undefined || isMade(object)) return [];
      const { spec } = template;
      const account = [getString(spec, 'serviceAccountName'), getString(spec, 'serviceAccount')].find(
        (name) => name !== undefined && name !== '',
      );
      return [{ object, template, namespace, account: account ?? 'default' }];
    }),
  );
  return uses.toSorted(
    compareBy(
      ({ object }) => object.kind,
      ({ namespace }) => namespace,
      ({ object }) => nameOf(object),
    ),
  );
}

function isMade(object: KubernetesObject): boolean {
  return getArray(object.metadata, 'ownerReferences').some((owner) => getBoolean(owner, 'controller') === true);
}

/**
 * Everybody known of a world, by key: whom bindings name, every ServiceAccount, those that pods run as, and the account
 * `default` that every namespace has.
 */
export function listPrincipals(world: World): readonly Principal[] {
  return world.derive(findPrincipals);
}

function findPrincipals(world: World): readonly Principal[] {
  const accounts = [
    ...world.byKind('', 'ServiceAccount').map((object) => [namespaceOf(object) ?? '', nameOf(object)] as const),
    ...world.byKind('', 'Namespace').map((object) => [nameOf(object), 'default'] as const),
    ...listAccountUses(world).map(({ namespace, account }) => [namespace, account] as const),
  ];
  const keys = accounts.map(([namespace, name]) => toUserKey(toServiceAccountUser(namespace, name).name));
  return sortedUnique([...readPolicy(world).grants.keys(), ...keys]).map(toPrincipal);
}
