import type { StatusError } from '../../../cluster/index.ts';
import { labelsOf, nameOf, namespaceOf, toRefKey, withMetadata, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getObject, getString, getStringMap } from '../../../std/index.ts';
import { timeOf, type Admitted, type Context, type Write } from '../context.ts';
import { definitionNameOf } from '../served-kinds.ts';
import { prepareForCreate } from '../prepare.ts';
import { forbidden, notFound } from '../status-errors.ts';
import { checkPodSecurityLabels } from './pod-security.ts';

const NAMESPACES = { group: '', plural: 'namespaces' };
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Refuses to create what would live in a namespace, or of a definition, that is not there or is going (`NamespaceLifecycle`). */
export function checkNamespaceOf({ context, kind }: Write, object: KubernetesObject): StatusError | undefined {
  if (kind.custom && isGoing(context, 'apiextensions.k8s.io', 'CustomResourceDefinition', definitionNameOf(kind))) {
    const message = 'create not allowed while custom resource definition is terminating';
    return { kind: 'error', code: 405, reason: 'MethodNotAllowed', message };
  }
  const name = namespaceOf(object);
  if (!kind.namespaced || name === undefined) return undefined;
  const namespace = context.draft.get(toRefKey({ group: '', kind: 'Namespace', name }));
  if (namespace === undefined) return notFound(NAMESPACES, name);
  if (namespace.metadata['deletionTimestamp'] === undefined) return undefined;
  const why = `unable to create new content in namespace ${name} because it is being terminated`;
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${name} is being terminated`, field: 'metadata.namespace' };
  return forbidden(kind, nameOf(object) || (getString(object.metadata, 'generateName') ?? ''), why, [cause]);
}

/** Gives a namespace its finalizer, label and phase, and makes its default ServiceAccount, as the controllers soon would. */
export function admitNamespace(write: Write, object: KubernetesObject): Admitted {
  const { context, live } = write;
  const refusal = checkPodSecurityLabels(write, object);
  if (refusal !== undefined) return { refusal };
  const name = nameOf(object);
  const labels = {
    ...Object.fromEntries(labelsOf(object)),
    ...Object.fromEntries(getStringMap(object.metadata, 'labels')),
    [NAME_LABEL]: name,
  };
  const labelled = withMetadata(object, { labels });
  if (live !== undefined) return { object: { ...labelled, spec: live['spec'] ?? {} } };
  createServiceAccount(context, name);
  const finalizers = getArray(object, 'spec', 'finalizers');
  const spec = { ...getObject(object, 'spec'), finalizers: finalizers.length === 0 ? ['kubernetes'] : finalizers };
  return { object: { ...labelled, spec, status: { phase: 'Active' } } };
}

function createServiceAccount(context: Context, namespace: string): void {
  const key = toRefKey({ group: '', kind: 'ServiceAccount', namespace, name: 'default' });
  const kind = context.catalog.find({ group: '', version: 'v1', kind: 'ServiceAccount' });
  if (kind === undefined || context.draft.get(key) !== undefined) return;
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace, creationTimestamp: timeOf(context) },
  };
  context.draft.put(prepareForCreate(context, kind, account));
}

function isGoing(context: Context, group: string, kind: string, name: string): boolean {
  return context.draft.get(toRefKey({ group, kind, name }))?.metadata['deletionTimestamp'] !== undefined;
}
