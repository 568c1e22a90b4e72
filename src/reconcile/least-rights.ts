import {
  compareRefs,
  formatRef,
  gvkOf,
  nameOf,
  namespaceOf,
  refOf,
  type KubernetesObject,
  type ObjectRef,
  type SchemaCatalog,
  type World,
} from '../model/index.ts';
import { getArray, getString, isObject, sortedUnique } from '../std/index.ts';
import { parentRef } from './inventory/membership.ts';
import { addParamRights } from './param-rights.ts';
import { Rights, type Rule } from './rights.ts';

/** Whose rights are asked for. */
export interface LeastRightsInput {
  readonly unit: string;
  /** What is applied, with namespaces filled in. */
  readonly objects: readonly KubernetesObject[];
  /** What the unit owns already and no longer asks for: it is to be pruned. */
  readonly owned: readonly ObjectRef[];
  /** Where roles are looked up that are bound and not applied. */
  readonly known: World;
  readonly catalog: SchemaCatalog;
  readonly account: { readonly namespace: string; readonly name: string };
  /** Whether `kapply --watch` is to run under them, too. */
  readonly daemon: boolean;
  /** Whether `kapply adopt` is to run under them, too. */
  readonly adopts: boolean;
}

/** The objects that grant them, in an order in which they can be applied, and what is to be known of them. */
export interface LeastRights {
  readonly objects: readonly KubernetesObject[];
  readonly notes: readonly string[];
}

const RBAC = 'rbac.authorization.k8s.io';

/**
 * The least Roles with which kapply can apply these objects as this unit: reading by kind in the namespaces where they are,
 * writing by name, the unit's inventory, and, as the API server refuses to let anybody grant more than they have
 * (`pkg/registry/rbac/escalation_check.go`), the rules of the roles that are applied or bound.
 */
export function planLeastRights(input: LeastRightsInput): LeastRights {
  const rights = new Rights();
  const refs = [...input.objects.map(refOf), ...input.owned].toSorted(compareRefs);
  const places = refs.map((ref) => toPlace(ref, input.catalog));
  const parent = parentRef(input.unit);
  for (const { group, resource, ref } of places) {
    rights.read(ref.namespace, group, resource, ['list', 'watch']);
    rights.write(ref.namespace, group, resource, ref.name);
  }
  // An inventory names kinds and namespaces apart (KEP-3659), so members are looked for in each of the ones in each of the others.
  const namespaces = sortedUnique([parent.namespace, ...refs.flatMap(({ namespace }) => namespace ?? [])]);
  for (const { group, resource, ref } of places)
    if (ref.namespace !== undefined) for (const namespace of namespaces) rights.read(namespace, group, resource, ['list']);
  rights.read(parent.namespace, '', 'configmaps', ['list']);
  rights.write(parent.namespace, '', 'configmaps', parent.name);
  if (input.daemon) addDaemon(rights, parent);
  addReadings(rights, input);
  if (input.adopts) for (const place of places) addUpdate(rights, place);
  const notes = input.objects.flatMap((object) => [...addGrants(rights, object, input), ...addParamRights(rights, object, input)]);
  return { objects: toObjects(rights, input), notes: [...new Set(notes)] };
}

interface Place {
  readonly group: string;
  readonly resource: string;
  readonly ref: ObjectRef;
}

function toPlace(ref: ObjectRef, catalog: SchemaCatalog): Place {
  const kind = catalog.find(ref) ?? catalog.findVersions(ref.group, ref.kind)[0];
  return { group: ref.group, resource: kind?.plural ?? '', ref };
}

/** The objects of kinds that nobody knows the resource of: no rights can be said for them. */
export function listUnknownKinds(objects: readonly KubernetesObject[], catalog: SchemaCatalog): readonly string[] {
  const unknown = objects.filter((object) => toPlace(refOf(object), catalog).resource === '');
  return sortedUnique(unknown.map((object) => `${object.kind} (${object.apiVersion})`));
}

/**
 * The Leases by which instances share units, the unit's status and its Events: a POST cannot be allowed by name, a list
 * neither, and the Lease of an instance is named after its process.
 */
function addDaemon(rights: Rights, { namespace, name }: ObjectRef): void {
  rights.add(namespace, {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['create', 'delete', 'get', 'list', 'update'],
  });
  rights.add(namespace, { apiGroups: [''], resources: ['events'], verbs: ['create'] });
  rights.write(namespace, '', 'configmaps', `status-${name}`);
}

/** An apply cannot take off what other managers own: that takes an update. */
function addUpdate(rights: Rights, { group, resource, ref }: Place): void {
  rights.add(ref.namespace, { apiGroups: [group], resources: [resource], resourceNames: [ref.name], verbs: ['update'] });
}

/** What health and the schemas of kinds need besides. */
function addReadings(rights: Rights, { objects, catalog }: LeastRightsInput): void {
  const own = new Set(objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(nameOf));
  const foreign = objects.some((object) => {
    const kind = catalog.find(gvkOf(object));
    return kind?.custom === true && !own.has(`${kind.plural}.${kind.group}`);
  });
  if (foreign) rights.read(undefined, 'apiextensions.k8s.io', 'customresourcedefinitions', ['list']);
  const hasClaims = objects.some((object) => gvkOf(object).group === '' && object.kind === 'PersistentVolumeClaim');
  if (hasClaims) rights.read(undefined, 'storage.k8s.io', 'storageclasses', ['list']);
}

/** The rules that an applied role grants, and those of the role that an applied binding names. */
function addGrants(rights: Rights, object: KubernetesObject, { objects, known }: LeastRightsInput): readonly string[] {
  if (gvkOf(object).group !== RBAC) return [];
  const namespace = namespaceOf(object);
  if (object.kind === 'Role' || object.kind === 'ClusterRole') {
    if (object['aggregationRule'] === undefined) return addRules(rights, namespace, object);
    rights.add(namespace, { apiGroups: [RBAC], resources: ['clusterroles'], resourceNames: [nameOf(object)], verbs: ['escalate'] });
    return [`${formatRef(refOf(object))} is aggregated, so only \`escalate\` on it allows it to be written.`];
  }
  if (object.kind !== 'RoleBinding' && object.kind !== 'ClusterRoleBinding') return [];
  const [kind, name] = [getString(object, 'roleRef', 'kind') ?? '', getString(object, 'roleRef', 'name') ?? ''];
  const ref = { group: RBAC, kind, name, ...(kind === 'Role' && namespace !== undefined ? { namespace } : {}) };
  const applied = objects.find((other) => other.kind === kind && nameOf(other) === name && namespaceOf(other) === ref.namespace);
  const role = applied ?? known.get(ref);
  if (role !== undefined && applied?.['aggregationRule'] === undefined) return addRules(rights, namespace, role);
  const resource = kind === 'Role' ? 'roles' : 'clusterroles';
  rights.add(namespace, { apiGroups: [RBAC], resources: [resource], resourceNames: [name], verbs: ['bind'] });
  return [
    `${formatRef(refOf(object))} binds ${kind} ${name}, whose rules are not in the repository: \`bind\` on that role stands for them.`,
  ];
}

function addRules(rights: Rights, namespace: string | undefined, role: KubernetesObject): readonly string[] {
  for (const item of getArray(role, 'rules')) {
    const words = (field: string): readonly string[] => getArray(item, field).flatMap((word) => (typeof word === 'string' ? [word] : []));
    const optional = (field: 'apiGroups' | 'resources' | 'resourceNames' | 'nonResourceURLs'): Partial<Rule> =>
      words(field).length === 0 ? {} : { [field]: sortedUnique(words(field)) };
    if (!isObject(item) || words('verbs').length === 0) continue;
    // In a namespace nobody can be granted a path of the server.
    if (namespace !== undefined && words('nonResourceURLs').length > 0) continue;
    rights.add(namespace, {
      ...optional('apiGroups'),
      ...optional('resources'),
      ...optional('resourceNames'),
      ...optional('nonResourceURLs'),
      verbs: sortedUnique(words('verbs')),
    });
  }
  return [];
}

/** The namespaces that the unit itself makes, so that there can be Roles in them; the account; then roles and bindings. */
function toObjects(rights: Rights, { unit, objects, account }: LeastRightsInput): readonly KubernetesObject[] {
  const name = parentRef(unit).name;
  const made = objects.filter((object) => gvkOf(object).group === '' && object.kind === 'Namespace').map(nameOf);
  const scopes = rights.scopes;
  const namespaces = sortedUnique(made.filter((namespace) => scopes.includes(namespace) || namespace === account.namespace));
  const subjects = [{ kind: 'ServiceAccount', name: account.name, namespace: account.namespace }];
  const roles = scopes.flatMap((scope): KubernetesObject[] => {
    const metadata = scope === '' ? { name } : { name, namespace: scope };
    const kind = scope === '' ? 'ClusterRole' : 'Role';
    return [
      { apiVersion: `${RBAC}/v1`, kind, metadata, rules: rights.rulesOf(scope) },
      { apiVersion: `${RBAC}/v1`, kind: `${kind}Binding`, metadata, roleRef: { apiGroup: RBAC, kind, name }, subjects },
    ];
  });
  return [
    ...namespaces.map((namespace): KubernetesObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account.name, namespace: account.namespace } },
    ...roles,
  ];
}
