import { isKubernetesObject, nameOf, namespaceOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getString, isArray, isObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';

/** What a document turned out to be. */
export type Classified =
  | { readonly kind: 'object'; readonly object: KubernetesObject; readonly base: Path }
  | { readonly kind: 'encrypted'; readonly object: KubernetesObject | undefined; readonly base: Path }
  | { readonly kind: 'templated'; readonly path: Path }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'fault'; readonly code: string; readonly path: Path; readonly data: Readonly<Record<string, JsonValue>> };

// Files of tools that have apiVersion and kind but are never sent to a cluster.
const TOOL_GROUPS =
  /^(?:skaffold|tilt\.dev|ctlptl\.dev|kind\.x-k8s\.io|kubeadm\.k8s\.io|kubelet\.config\.k8s\.io|kubeproxy\.config\.k8s\.io|kubescheduler\.config\.k8s\.io|apiserver\.config\.k8s\.io|audit\.k8s\.io|kustomize\.config\.k8s\.io|k3d\.io|eksctl\.io|backstage\.io|kplan\.dev|client\.authentication\.k8s\.io)\//;

/** What each object in a document is: itself, or the items of a List (`v1` List and every `...List` with items), nested ones too. */
export function classify(value: JsonValue): readonly Classified[] {
  if (isObject(value) && !isList(value)) return [classifyObject(value, WHOLE)];
  const found: Classified[] = [];
  collect(value, WHOLE, found);
  return found;
}

const WHOLE: Path = [];

function collect(value: JsonValue, base: Path, found: Classified[]): void {
  if (value === null && base.length === 0) return;
  if (!isObject(value)) {
    found.push(base.length === 0 ? { kind: 'foreign' } : { kind: 'fault', code: 'KL0027', path: base, data: { index: base.at(-1) ?? 0 } });
    return;
  }
  if (isList(value)) {
    for (const [index, item] of getArray(value, 'items').entries()) collect(withType(item, value), [...base, 'items', index], found);
    return;
  }
  found.push(classifyObject(value, base));
}

/** An item that says nothing of its type has that of its list, as in apimachinery's UnstructuredJSONScheme: `ConfigMapList` has ConfigMaps. */
function withType(item: JsonValue, list: JsonObject): JsonValue {
  if (!isObject(item) || !isUntyped(item['apiVersion']) || !isUntyped(item['kind'])) return item;
  const kind = (getString(list, 'kind') ?? '').slice(0, -'List'.length);
  return kind === '' ? item : { ...item, apiVersion: list['apiVersion'] ?? '', kind };
}

function isUntyped(value: JsonValue | undefined): boolean {
  return value === undefined || value === '';
}

function isList(value: JsonObject): boolean {
  const kind = getString(value, 'kind');
  if (kind === undefined || !kind.endsWith('List') || getString(value, 'apiVersion') === undefined) return false;
  return 'items' in value ? value['items'] === null || isArray(value['items']) : kind === 'List';
}

function classifyObject(value: JsonObject, base: Path): Classified {
  const apiVersion = getString(value, 'apiVersion') ?? '';
  const kind = getString(value, 'kind') ?? '';
  if (isEncrypted(value)) return { kind: 'encrypted', object: isKubernetesObject(value) && hasPlainName(value) ? value : undefined, base };
  if (apiVersion === '' || kind === '') return classifyPart(value, base, apiVersion, kind);
  if (isOfTool(apiVersion, kind)) return { kind: 'foreign' };
  if (!isKubernetesObject(value)) return { kind: 'fault', code: 'KL0026', path: [...base, 'metadata'], data: {} };
  const name = nameOf(value);
  if ([apiVersion, kind, name, namespaceOf(value) ?? ''].some((text) => text.includes('{{'))) {
    return { kind: 'templated', path: [...base, ...templatedPath(value)] };
  }
  if (name === '' && getString(value, 'metadata', 'generateName') === undefined && !hasOddName(value)) {
    return { kind: 'fault', code: 'KL0026', path: [...base, 'metadata', 'name'], data: {} };
  }
  return { kind: 'object', object: value, base };
}

// A name that is no string is the schema's to complain about, with the right words.
function hasOddName(value: KubernetesObject): boolean {
  const name = value.metadata['name'];
  return name !== undefined && name !== null && typeof name !== 'string';
}

function templatedPath(value: KubernetesObject): Path {
  const field = ['apiVersion', 'kind'].find((key) => getString(value, key)?.includes('{{') === true);
  if (field !== undefined) return [field];
  return nameOf(value).includes('{{') ? ['metadata', 'name'] : ['metadata', 'namespace'];
}

function classifyPart(value: JsonObject, base: Path, apiVersion: string, kind: string): Classified {
  const looksList = isArray(value['items']) && (apiVersion !== '' || kind.endsWith('List'));
  const looksMeant = isObject(value['metadata']) || looksList || (base.length > 0 && (apiVersion !== '' || kind !== ''));
  if (apiVersion === '' && kind === '') {
    return base.length > 0 ? { kind: 'fault', code: 'KL0025', path: base, data: { field: 'Kind' } } : { kind: 'foreign' };
  }
  if (!looksMeant) return { kind: 'foreign' };
  const field = kind === '' ? 'Kind' : 'apiVersion';
  return { kind: 'fault', code: 'KL0025', path: [...base, field === 'Kind' ? 'kind' : 'apiVersion'], data: { field } };
}

function isOfTool(apiVersion: string, kind: string): boolean {
  if (apiVersion === 'v1') return kind === 'Config';
  return apiVersion.includes('/') && TOOL_GROUPS.test(apiVersion);
}

// SOPS may encrypt every value, and then the object's own name too.
function hasPlainName(value: KubernetesObject): boolean {
  const words = [value.apiVersion, value.kind, nameOf(value), namespaceOf(value) ?? ''];
  return nameOf(value) !== '' && !words.some((text) => text.startsWith('ENC['));
}

function isEncrypted(value: JsonObject): boolean {
  const sops = value['sops'];
  return isObject(sops) && getString(sops, 'mac') !== undefined;
}
