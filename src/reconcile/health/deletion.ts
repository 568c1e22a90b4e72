import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString } from '../../std/index.ts';
import { listConditions } from './conditions.ts';

/** What the server itself sets: nobody has to be asked for them, and what they wait for is told by conditions. */
const OF_SERVER: Readonly<Record<string, string>> = {
  foregroundDeletion: 'the objects that it owns',
  'kubernetes.io/pv-protection': 'the claim that is bound to it',
  'kubernetes.io/pvc-protection': 'the pods that use it',
  orphan: 'the objects that it owns to be let go',
};

/** What an object that is being deleted waits for: its finalizers, each with the manager that set it, and what its conditions say of its contents. */
export function describeDeletion(object: KubernetesObject): string {
  const finalizers = getArray(object.metadata, 'finalizers').flatMap((item) => (typeof item === 'string' ? [item] : []));
  const waits = finalizers.map((finalizer) => describeFinalizer(object, finalizer));
  const told = listConditions(object).filter(({ type, status }) => status === 'True' && CONTENT.has(type));
  const parts = [...waits, ...told.map(({ message }) => message)].filter((part) => part !== '');
  return ['Resource scheduled for deletion', ...parts].join('; ');
}

/** Conditions by which Namespaces (`pkg/controller/namespace/deletion`) and definitions say what keeps them. */
const CONTENT: ReadonlySet<string> = new Set([
  'NamespaceContentRemaining',
  'NamespaceDeletionContentFailure',
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceFinalizersRemaining',
  'Terminating',
]);

function describeFinalizer(object: KubernetesObject, finalizer: string): string {
  const waited = OF_SERVER[finalizer];
  if (waited !== undefined) return `it waits for ${waited}`;
  const managers = getArray(object.metadata, 'managedFields').flatMap((entry) => {
    const owned = getObject(entry, 'fieldsV1', 'f:metadata', 'f:finalizers') ?? {};
    return Object.hasOwn(owned, `v:${JSON.stringify(finalizer)}`) ? [getString(entry, 'manager') ?? ''] : [];
  });
  const owner = managers.length === 0 ? 'whoever set it' : [...new Set(managers)].map((manager) => `"${manager}"`).join(' or ');
  return `the finalizer ${finalizer} holds it until ${owner} removes it`;
}
