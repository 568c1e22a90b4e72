import { getArray, getString } from '../std/index.ts';
import { specOf, type GroupKind, type KubernetesObject } from './object.ts';
import type { World } from './world.ts';

/** What a reference names. */
interface Target extends GroupKind {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whether an object may refer to another: always within its namespace, else where a ReferenceGrant of the namespace referred to
 * has one of its `from` for the object's kind and namespace and one of its `to` for the target. Grants add up.
 */
export function isGranted(world: World, from: GroupKind & { readonly namespace?: string }, to: Target): boolean {
  if (from.namespace === to.namespace) return true;
  return world
    .kind('gateway.networking.k8s.io', 'ReferenceGrant')
    .inNamespace(to.namespace)
    .some((grant) => allows(grant, from, to));
}

function allows(grant: KubernetesObject, from: GroupKind & { readonly namespace?: string }, to: Target): boolean {
  const isFrom = getArray(specOf(grant), 'from').some(
    (item) =>
      (getString(item, 'group') ?? '') === from.group &&
      getString(item, 'kind') === from.kind &&
      getString(item, 'namespace') === from.namespace,
  );
  return (
    isFrom &&
    getArray(specOf(grant), 'to').some((item) => {
      const name = getString(item, 'name') ?? '';
      return (getString(item, 'group') ?? '') === to.group && getString(item, 'kind') === to.kind && (name === '' || name === to.name);
    })
  );
}
