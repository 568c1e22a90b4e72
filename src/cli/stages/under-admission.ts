import { isLimiting, resourceNameOf } from '../../engine/controllers/index.ts';
import { labelsOf, nameOf, namespaceOf, podTemplateOf, type KubernetesObject } from '../../model/index.ts';
import { POD_SECURITY_PREFIX } from '../../model/pod-security/index.ts';
import { getOrAdd, groupBy } from '../../std/index.ts';

/** Kinds by which any object may be refused. */
const RULING: ReadonlySet<string> = new Set([
  'MutatingAdmissionPolicy',
  'MutatingWebhookConfiguration',
  'PodSecurityConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingWebhookConfiguration',
]);

/** Kinds that say how pods are admitted, or how many there are. */
const BESIDE: ReadonlySet<string> = new Set(['HorizontalPodAutoscaler', 'LimitRange', 'ResourceQuota', 'ServiceAccount']);

/** What in a pod's spec a class may forbid. */
const OF_CLASSES = ['overhead', 'preemptionPolicy', 'priority', 'priorityClassName', 'runtimeClassName'];

/** Whether admission looks at more of objects than their digests have: policies and webhooks may look at anything. */
export function needsWhole(objects: readonly KubernetesObject[]): boolean {
  return objects.some(({ kind }) => RULING.has(kind));
}

/** Whether admission has anything to say: some object decides about others. */
export function needsAdmission(objects: readonly KubernetesObject[]): boolean {
  return objects.some(
    (object) => RULING.has(object.kind) || isLimited(object) || /^(Priority|Runtime)Class$/.test(object.kind) || isLeveled(object),
  );
}

/**
 * Those of `objects` that admission may refuse, or that decide of others, where `all` are there: what is not among them changes
 * nothing of what is said. All of them where policies or webhooks rule, else what quotas count, and what makes pods where
 * quotas, limits or levels of Pod Security are, or where the pods are of a class.
 */
export function listUnderAdmission(objects: readonly KubernetesObject[], all: readonly KubernetesObject[]): readonly KubernetesObject[] {
  if (needsWhole(all)) return objects;
  const quotas = groupBy(
    all.filter((object) => object.kind === 'ResourceQuota'),
    (quota) => namespaceOf(quota) ?? '',
  );
  const guarded = new Set<string>();
  for (const object of all) {
    if (isLimited(object)) guarded.add(namespaceOf(object) ?? '');
    if (isLeveled(object)) guarded.add(nameOf(object));
  }
  const counted = new Map<string, boolean>();
  const isCounted = (object: KubernetesObject, namespace: string): boolean =>
    getOrAdd(counted, `${namespace} ${object.apiVersion} ${object.kind}`, () =>
      (quotas.get(namespace) ?? []).some((quota) => isLimiting(quota, resourceNameOf(object))),
    );
  return objects.filter((object) => {
    const namespace = namespaceOf(object);
    if (namespace === undefined || BESIDE.has(object.kind) || isCounted(object, namespace)) return true;
    if (object.kind === 'PersistentVolumeClaim') return guarded.has(namespace);
    const template = podTemplateOf(object);
    return template !== undefined && (guarded.has(namespace) || OF_CLASSES.some((field) => Object.hasOwn(template.spec, field)));
  });
}

function isLimited({ kind }: KubernetesObject): boolean {
  return kind === 'LimitRange' || kind === 'ResourceQuota';
}

function isLeveled(object: KubernetesObject): boolean {
  return object.kind === 'Namespace' && [...labelsOf(object).keys()].some((label) => label.startsWith(POD_SECURITY_PREFIX));
}
