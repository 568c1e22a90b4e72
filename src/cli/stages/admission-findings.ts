import { listAdmissionFindings } from '../../engine/admission/index.ts';
import { createAdmission } from '../../engine/index.ts';
import { gvkOf, labelsOf, type Finding, type KubernetesObject, type Manifest, type SchemaCatalog, type World } from '../../model/index.ts';
import { POD_SECURITY_PREFIX } from '../../model/pod-security/index.ts';
import { defaultObject } from '../../model/schema/index.ts';
import { createPatcher, orderObjects, withNamespace } from '../../planner/index.ts';
import { loadCatalogs, type Desired } from './desired.ts';

/** Kinds that decide about others. */
const DECIDING: ReadonlySet<string> = new Set([
  'LimitRange',
  'MutatingAdmissionPolicy',
  'MutatingWebhookConfiguration',
  'PriorityClass',
  'ResourceQuota',
  'RuntimeClass',
  'ValidatingAdmissionPolicy',
  'ValidatingWebhookConfiguration',
]);

/** Whether admission has anything to say: some object of the manifests or their context decides about others. */
export function needsAdmission(manifests: readonly Manifest[], context: World): boolean {
  const kinds = context.kinds().map(({ kind }) => kind);
  if (kinds.some((kind) => DECIDING.has(kind) || kind === 'PodSecurityConfiguration')) return true;
  const namespaces = [...manifests.map(({ object }) => object), ...context.byKind('', 'Namespace')];
  return namespaces.some(
    (object) =>
      DECIDING.has(object.kind) ||
      (object.kind === 'Namespace' && [...labelsOf(object).keys()].some((label) => label.startsWith(POD_SECURITY_PREFIX))),
  );
}

/** What admission would say of manifests that are applied to a cluster of which only the context is known. */
export function findAdmitted(
  manifests: readonly Manifest[],
  { context, defaultNamespace }: Desired,
  versions: readonly string[],
): readonly Finding[] {
  if (!needsAdmission(manifests, context)) return [];
  const [catalog] = loadCatalogs(versions.slice(0, 1)).map((known) => known.withCustomResources(listDefinitions(manifests, context)));
  const placed = manifests.map((manifest) => ({
    manifest,
    object: complete(withNamespace(manifest.object, catalog?.find(gvkOf(manifest.object)), defaultNamespace), catalog),
  }));
  return listAdmissionFindings(createAdmission(catalog === undefined ? {} : { patcher: createPatcher(catalog) }), placed, {
    context,
    order: orderObjects,
  });
}

function listDefinitions(manifests: readonly Manifest[], context: World): readonly KubernetesObject[] {
  const own = manifests.flatMap(({ object }) => (object.kind === 'CustomResourceDefinition' ? [object] : []));
  return [...context.byKind('apiextensions.k8s.io', 'CustomResourceDefinition'), ...own];
}

/** The object with the defaults that the server fills in before anybody judges it. */
function complete(object: KubernetesObject, catalog: SchemaCatalog | undefined): KubernetesObject {
  return catalog === undefined ? object : defaultObject(object, catalog);
}
