import { parseApiVersion, specOf, type GroupVersionKind, type Kind, type KubernetesObject, type SchemaCatalog } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';

export const CRD: { readonly group: string; readonly kind: string } = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' };

/** The kinds that a cluster serves: the built-in ones, and those of its established CustomResourceDefinitions. */
export class ServedKinds {
  readonly #builtIn: SchemaCatalog;
  #catalog: SchemaCatalog;
  #definitions: readonly KubernetesObject[] = [];

  constructor(builtIn: SchemaCatalog) {
    this.#builtIn = builtIn;
    this.#catalog = builtIn;
  }

  /** The catalog that goes with these definitions; the same one for as long as the definitions are the same. */
  update(definitions: Iterable<KubernetesObject>): SchemaCatalog {
    const established = [...definitions].filter(isEstablished);
    const isSame = established.length === this.#definitions.length && established.every((item) => this.#definitions.includes(item));
    if (isSame) return this.#catalog;
    this.#definitions = established;
    this.#catalog = this.#builtIn.withCustomResources(established);
    return this.#catalog;
  }
}

/** Whether a condition of the object has status True. */
export function isConditionTrue(object: KubernetesObject, type: string): boolean {
  return getArray(object, 'status', 'conditions').some(
    (condition) => getString(condition, 'type') === type && getString(condition, 'status') === 'True',
  );
}

function isEstablished(definition: KubernetesObject): boolean {
  return isConditionTrue(definition, 'Established');
}

/** The served kind of a group, version and kind. An empty version stands for the preferred one. */
export function findKind(catalog: SchemaCatalog, gvk: GroupVersionKind): Kind | undefined {
  const kind = gvk.version === '' ? catalog.findVersions(gvk.group, gvk.kind)[0] : catalog.find(gvk);
  return kind?.servedByDefault === true || kind?.custom === true ? kind : undefined;
}

/** The definition that a custom kind comes from. */
export function definitionNameOf(kind: Kind): string {
  return `${kind.plural}.${kind.group}`;
}

/** The object in another version of its kind. Custom resources have the same fields in all versions (strategy None). */
export function toVersion(object: KubernetesObject, kind: Kind): KubernetesObject {
  if (!kind.custom || parseApiVersion(object.apiVersion).version === kind.version) return object;
  return { ...object, apiVersion: `${kind.group}/${kind.version}` };
}

/** The group and kind that a definition defines. */
export function definedKindOf(definition: KubernetesObject): { readonly group: string; readonly kind: string } {
  const spec = specOf(definition);
  return { group: getString(spec, 'group') ?? '', kind: getString(spec, 'names', 'kind') ?? '' };
}
