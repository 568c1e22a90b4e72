import { getString } from '../../../std/index.ts';
import { refOf, specOf, World, type KubernetesObject, type ObjectRef } from '../../../model/index.ts';
import { CALICO_GROUPS } from './calico-context.ts';

/** The kinds of policies of Calico that are there for preview alone, and what each stands for. */
const STAGED: Readonly<Record<string, string>> = {
  StagedGlobalNetworkPolicy: 'GlobalNetworkPolicy',
  StagedKubernetesNetworkPolicy: 'NetworkPolicy',
  StagedNetworkPolicy: 'NetworkPolicy',
};
const OF_KUBERNETES = 'StagedKubernetesNetworkPolicy';

/** The staged policies of a world: nothing enforces them. */
export function listStaged(world: World): readonly KubernetesObject[] {
  return Object.keys(STAGED).flatMap((kind) => CALICO_GROUPS.flatMap((group) => world.byKind(group, kind)));
}

/**
 * A world as it would be with its staged policies in force: each takes the place of the policy of its name, or with
 * `stagedAction: Delete` takes it away; with `Ignore` it does nothing.
 */
export function withStaged(world: World): World {
  const staged = listStaged(world);
  const actionOf = (object: KubernetesObject): string => getString(specOf(object), 'stagedAction') ?? 'Set';
  const gone = staged.filter((object) => actionOf(object) === 'Delete').map((object) => refOf(toEnforced(object)));
  const set = staged.filter((object) => actionOf(object) !== 'Delete' && actionOf(object) !== 'Ignore').map(toEnforced);
  return staged.length === 0 ? world : world.without(gone).with(set);
}

function toEnforced(object: KubernetesObject): KubernetesObject {
  const kind = STAGED[object.kind] ?? object.kind;
  const { stagedAction: _, ...spec } = specOf(object);
  const apiVersion = object.kind === OF_KUBERNETES ? 'networking.k8s.io/v1' : object.apiVersion;
  return { ...object, apiVersion, kind, spec };
}

/** The staged policy that a policy of such a world comes from; undefined for others. */
export function findStaged(world: World, ref: ObjectRef): ObjectRef | undefined {
  return listStaged(world)
    .filter((object) => {
      const own = refOf(toEnforced(object));
      return own.group === ref.group && own.kind === ref.kind && own.name === ref.name && own.namespace === ref.namespace;
    })
    .map(refOf)[0];
}
