import {
  isSelected,
  labelsOf,
  nameOf,
  namespaceOf,
  parseApiVersion,
  readLabelSelector,
  type KubernetesObject,
  type World,
} from '../../../model/index.ts';
import { getObject, getString, type JsonValue } from '../../../std/index.ts';

/** The parameters that a binding gives to its policy: each is judged by itself; `null` is to be judged without any. */
export type Parameters = readonly (KubernetesObject | null)[] | { readonly error: string };

/** Finds the parameters of a binding for a request in a namespace (`policy/generic.CollectParams`). */
export function collectParameters(policy: JsonValue, binding: JsonValue, namespace: string | undefined, world: World): Parameters {
  const kind = getObject(policy, 'spec', 'paramKind');
  const reference = getObject(binding, 'spec', 'paramRef');
  if (kind === undefined || reference === undefined) return [null];
  const { group } = parseApiVersion(getString(kind, 'apiVersion') ?? '');
  const all = world.byKind(group, getString(kind, 'kind') ?? '');
  const home = getString(reference, 'namespace') ?? namespace;
  const isNamespaced = all.some((object) => namespaceOf(object) !== undefined);
  if (isNamespaced && home === undefined)
    return { error: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' };
  const here = isNamespaced ? all.filter((object) => namespaceOf(object) === home) : all;
  const name = getString(reference, 'name');
  const selector = getObject(reference, 'selector');
  const found =
    name === undefined
      ? here.filter((object) => isSelected(readLabelSelector(selector), labelsOf(object)))
      : here.filter((object) => nameOf(object) === name);
  if (found.length === 0 && getString(reference, 'parameterNotFoundAction') === 'Deny')
    return { error: 'no params found for policy binding with `Deny` parameterNotFoundAction' };
  return found;
}
