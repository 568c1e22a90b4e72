import { annotationsOf, gvkOf, labelsOf, type KubernetesObject } from '../model/index.ts';
import { getArray } from '../std/index.ts';

/** Kinds whose deletion takes more with it than the object: contents, definitions' resources, data, traffic. */
const NEEDS_APPROVAL = new Set([
  '/Namespace',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);
const HOLDS = new Set(['/Pod', '/Service', 'apps/DaemonSet', 'apps/Deployment', 'apps/ReplicaSet', 'apps/StatefulSet']);

/** Whether deleting the object must be allowed by name: it would take data or other objects with it. */
export function needsApproval(object: KubernetesObject): boolean {
  const { group, kind } = gvkOf(object);
  if (NEEDS_APPROVAL.has(`${group}/${kind}`)) return true;
  return group === 'apps' && kind === 'StatefulSet' && getArray(object, 'spec', 'volumeClaimTemplates').length > 0;
}

/** Whether replacing the object interrupts what it serves or loses what it holds. */
export function losesData(object: KubernetesObject): boolean {
  const { group, kind } = gvkOf(object);
  return needsApproval(object) || HOLDS.has(`${group}/${kind}`);
}

const PRUNE = 'kapply.kplan.dev/prune';

/** The annotation or label that asks for the object to be kept when its manifest goes; undefined if none does. */
export function findKeepMark(object: KubernetesObject): string | undefined {
  const annotations = annotationsOf(object);
  const either = (name: string): string | undefined => annotations.get(name) ?? labelsOf(object).get(name);
  const own = either(PRUNE)?.toLowerCase();
  if (own === 'never' || own === 'disabled') return `${PRUNE}: ${own}`;
  const flux = 'kustomize.toolkit.fluxcd.io/prune';
  if (either(flux)?.toLowerCase() === 'disabled') return `${flux}: disabled`;
  const options = annotations.get('argocd.argoproj.io/sync-options')?.split(',') ?? [];
  if (options.some((option) => option.trim() === 'Prune=false')) return 'argocd.argoproj.io/sync-options: Prune=false';
  if (annotations.get('helm.sh/resource-policy') === 'keep') return 'helm.sh/resource-policy: keep';
  if (annotations.get('cli-utils.sigs.k8s.io/on-remove') === 'keep') return 'cli-utils.sigs.k8s.io/on-remove: keep';
  if (annotations.get('client.lifecycle.config.k8s.io/deletion') === 'detach') return 'client.lifecycle.config.k8s.io/deletion: detach';
  return undefined;
}
