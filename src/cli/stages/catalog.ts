import type { KubernetesObject, SchemaCatalog, World } from '../../model/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Before } from './before.ts';
import { chooseVersions, loadCatalogs, type Desired } from './desired.ts';

/** The kinds of the first version to validate for, with the custom ones that the manifests and the cluster define. */
export function catalogOf(desired: Desired, before: Before, args: Arguments): SchemaCatalog {
  const versions = chooseVersions(args, desired.config, before.kubernetesVersion);
  return withDefinitions(loadCatalogs(versions.slice(0, 1)), desired, before.world);
}

/** The first catalog with the custom resources that the manifests, their context and the world before define. */
export function withDefinitions(catalogs: readonly SchemaCatalog[], desired: Desired, before: World): SchemaCatalog {
  const [catalog] = catalogs;
  if (catalog === undefined) throw new Error('no Kubernetes version was chosen');
  const own = desired.manifests.flatMap(({ object }) => (isDefinition(object) ? [object] : []));
  const definitions = [
    ...before.byKind('apiextensions.k8s.io', 'CustomResourceDefinition'),
    ...desired.context.byKind('apiextensions.k8s.io', 'CustomResourceDefinition'),
    ...own,
  ];
  return definitions.length === 0 ? catalog : catalog.withCustomResources(definitions);
}

function isDefinition(object: KubernetesObject): boolean {
  return object.kind === 'CustomResourceDefinition';
}
