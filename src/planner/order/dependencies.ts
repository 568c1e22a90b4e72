import { gvkOf, nameOf, namespaceOf, podTemplateOf, refKeyOf, toRefKey, type KubernetesObject, type RefKey } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import { listConfigUses } from '../impact/config-uses.ts';

/**
 * The identities of the objects that an object cannot do without: its Namespace, its CustomResourceDefinition, the role
 * or admission policy that it binds, and the ServiceAccount, ConfigMaps, Secrets and claims of its pods. Definitions are named by
 * `definitionKey`.
 */
export function listNeeds(object: KubernetesObject): readonly (RefKey | string)[] {
  const namespace = namespaceOf(object);
  const { group, kind } = gvkOf(object);
  const needs: (RefKey | string)[] = [definitionKey(group, kind)];
  if (namespace === undefined) return [...needs, ...listRole(object, undefined), ...listPolicy(object)];
  needs.push(toRefKey({ group: '', kind: 'Namespace', name: namespace }), ...listRole(object, namespace));
  const template = podTemplateOf(object);
  if (template === undefined) return needs;
  const account = getString(template.spec, 'serviceAccountName');
  if (account !== undefined) needs.push(toRefKey({ group: '', kind: 'ServiceAccount', namespace, name: account }));
  for (const use of listConfigUses(object)) needs.push(toRefKey({ group: '', kind: use.kind, namespace, name: use.name }));
  for (const volume of getArray(template.spec, 'volumes')) {
    const name = getString(volume, 'persistentVolumeClaim', 'claimName');
    if (name !== undefined) needs.push(toRefKey({ group: '', kind: 'PersistentVolumeClaim', namespace, name }));
  }
  return needs;
}

/** The names under which an object is needed by others: its identity, and of a definition the kind that it defines. */
export function listNames(object: KubernetesObject): readonly (RefKey | string)[] {
  const { group, kind } = gvkOf(object);
  const key = refKeyOf(object);
  if (group !== 'apiextensions.k8s.io' || kind !== 'CustomResourceDefinition') return [key];
  const defined = definitionKey(getString(object, 'spec', 'group') ?? '', getString(object, 'spec', 'names', 'kind') ?? '');
  return nameOf(object) === '' ? [key] : [key, defined];
}

function definitionKey(group: string, kind: string): string {
  return `definition ${group}/${kind}`;
}

function listRole(object: KubernetesObject, namespace: string | undefined): readonly RefKey[] {
  const { group, kind } = gvkOf(object);
  if (group !== 'rbac.authorization.k8s.io' || !kind.endsWith('RoleBinding')) return [];
  const role = getString(object, 'roleRef', 'kind');
  const name = getString(object, 'roleRef', 'name');
  if (role === undefined || name === undefined) return [];
  return [toRefKey({ group, kind: role, name, ...(role === 'Role' && namespace !== undefined ? { namespace } : {}) })];
}

/** Who binds a policy with parameters is asked for the right to read them, which only the policy tells the kind of. */
function listPolicy(object: KubernetesObject): readonly RefKey[] {
  const { group, kind } = gvkOf(object);
  const name = getString(object, 'spec', 'policyName');
  const isBinding = group === 'admissionregistration.k8s.io' && kind.endsWith('AdmissionPolicyBinding');
  return isBinding && name !== undefined ? [toRefKey({ group, kind: kind.replace(/Binding$/, ''), name })] : [];
}
