import { listAdmissionFindings } from '../../engine/admission/index.ts';
import { createAdmission } from '../../engine/index.ts';
import { gvkOf, type Finding, type KubernetesObject, type Manifest, type SchemaCatalog, type World } from '../../model/index.ts';
import { defaultObject } from '../../model/schema/index.ts';
import { createPatcher, orderObjects, withNamespace } from '../../planner/index.ts';
import { loadCatalogs, type Desired } from './desired.ts';
import { listUnderAdmission, needsAdmission } from './under-admission.ts';

/** What admission would say of manifests that are applied to a cluster of which only the context is known. */
export function findAdmitted(
  manifests: readonly Manifest[],
  { context, defaultNamespace }: Pick<Desired, 'context' | 'defaultNamespace'>,
  versions: readonly string[],
): readonly Finding[] {
  const known = context.objects();
  const objects = manifests.map(({ object }) => object);
  if (!needsAdmission([...known, ...objects])) return [];
  const [catalog] = loadCatalogs(versions.slice(0, 1)).map((item) => item.withCustomResources(listDefinitions(manifests, context)));
  const placed = objects.map((object) => withNamespace(object, catalog?.find(gvkOf(object)), defaultNamespace));
  const concerned = new Set(listUnderAdmission(placed, [...known, ...placed]));
  const completed = manifests.flatMap((manifest, index) => {
    const object = placed[index];
    return object !== undefined && concerned.has(object) ? [{ manifest, object: complete(object, catalog) }] : [];
  });
  return listAdmissionFindings(createAdmission(catalog === undefined ? {} : { patcher: createPatcher(catalog) }), completed, {
    context,
    // What says when it is applied may put off what it says nothing of.
    order: (own) => orderObjects(placed.some(({ metadata }) => metadata['annotations'] !== undefined) ? placed : own),
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
