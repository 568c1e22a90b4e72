import { formatRef, gvkOf, nameOf, parseApiVersion, refOf, type KubernetesObject, type SchemaCatalog, type World } from '../model/index.ts';
import { getObject, getString, type JsonValue } from '../std/index.ts';
import type { Rights } from './rights.ts';

const GROUP = 'admissionregistration.k8s.io';
const POLICIES = ['MutatingAdmissionPolicy', 'ValidatingAdmissionPolicy'];

/** Where the policies are that bindings name. */
export interface ParamSources {
  readonly objects: readonly KubernetesObject[];
  readonly known: World;
  readonly catalog: SchemaCatalog;
}

/**
 * Adds what the API server asks of who writes an admission policy with parameters, or binds one: to be allowed to read them
 * (`pkg/registry/admissionregistration/validatingadmissionpolicy/authz.go` and `.../validatingadmissionpolicybinding`, and
 * the same of mutating ones). Answers a note where it cannot be said which kind they are of.
 */
export function addParamRights(rights: Rights, object: KubernetesObject, sources: ParamSources): readonly string[] {
  const { group, kind } = gvkOf(object);
  if (group !== GROUP) return [];
  if (POLICIES.includes(kind)) {
    const params = getObject(object, 'spec', 'paramKind');
    if (params === undefined) return [];
    const resource = resourceOf(params, sources.catalog);
    if (resource === undefined) return [describeUnknown(object)];
    rights.add(undefined, { ...resource, verbs: ['get'] });
    return [];
  }
  return POLICIES.includes(kind.replace(/Binding$/, '')) ? addBound(rights, object, sources) : [];
}

function addBound(rights: Rights, binding: KubernetesObject, { objects, known, catalog }: ParamSources): readonly string[] {
  const params = getObject(binding, 'spec', 'paramRef');
  if (params === undefined) return [];
  const kind = binding.kind.replace(/Binding$/, '');
  const name = getString(binding, 'spec', 'policyName') ?? '';
  const policy =
    objects.find((item) => gvkOf(item).group === GROUP && item.kind === kind && nameOf(item) === name) ??
    known.get({ group: GROUP, kind, name });
  const resource = resourceOf(getObject(policy, 'spec', 'paramKind'), catalog);
  if (resource === undefined) return [describeUnknown(binding)];
  const [param, namespace] = [getString(params, 'name') ?? '', getString(params, 'namespace')];
  rights.add(namespace, param === '' ? { ...resource, verbs: ['list'] } : { ...resource, resourceNames: [param], verbs: ['get'] });
  return [];
}

function resourceOf(
  params: JsonValue | undefined,
  catalog: SchemaCatalog,
): { readonly apiGroups: readonly string[]; readonly resources: readonly string[] } | undefined {
  const { group } = parseApiVersion(getString(params, 'apiVersion') ?? '');
  const [kind] = catalog.findVersions(group, getString(params, 'kind') ?? '');
  return kind === undefined ? undefined : { apiGroups: [group], resources: [kind.plural] };
}

function describeUnknown(object: KubernetesObject): string {
  return `${formatRef(refOf(object))} has parameters of a kind that is not known: who writes it must be allowed to read them, and no rule says so.`;
}
