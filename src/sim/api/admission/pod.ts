import type { StatusError } from '../../../cluster/index.ts';
import { admitPod, createPodAdmission, qualityOfService, SYSTEM_PRIORITIES, type PodAdmission } from '../../../engine/controllers/index.ts';
import { nameOf, namespaceOf, specOf, toRefKey, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getString, type JsonObject } from '../../../std/index.ts';
import type { Admitted, Context, Write } from '../context.ts';
import { forbidden } from '../status-errors.ts';

const DEFAULT_ACCOUNT = 'default';

/** Gives a new pod its ServiceAccount, what other admission plugins give it, and its first status. */
export function admitNewPod(write: Write, object: KubernetesObject): Admitted {
  if (write.live !== undefined) return { object };
  const accounted = withAccount(write, specOf(object), object);
  if ('refusal' in accounted) return accounted;
  const unknown = findUnknownClass(write, accounted.spec, object);
  if (unknown !== undefined) return { refusal: unknown };
  const { spec, refusal } = admitPod(accounted.spec, namespaceOf(object), toPodAdmission(write.context));
  // What is invalid is found and told by validation, and bounds are checked after it.
  if (refusal?.stage === 'mutating') return { refusal: forbidden(write.kind, nameOf(object), refusal.why) };
  return { object: { ...object, spec, status: { phase: 'Pending', qosClass: qualityOfService(spec) } } };
}

function toPodAdmission({ draft }: Context): PodAdmission {
  return createPodAdmission({
    priorityClasses: [...draft.list('scheduling.k8s.io', 'PriorityClass')],
    runtimeClasses: [...draft.list('node.k8s.io', 'RuntimeClass')],
    limitRanges: [...draft.list('', 'LimitRange')],
    knowsAll: true,
  });
}

type Step = { readonly spec: JsonObject } | { readonly refusal: StatusError };

function withAccount({ context, kind }: Write, spec: JsonObject, pod: KubernetesObject): Step {
  const namespace = namespaceOf(pod) ?? '';
  const name = getString(spec, 'serviceAccountName') ?? getString(spec, 'serviceAccount') ?? DEFAULT_ACCOUNT;
  const account = context.draft.get(toRefKey({ group: '', kind: 'ServiceAccount', namespace, name }));
  if (account === undefined) {
    const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
    return { refusal: forbidden(kind, nameOf(pod), why) };
  }
  const secrets = getArray(account, 'imagePullSecrets');
  const pull = secrets.length > 0 && getArray(spec, 'imagePullSecrets').length === 0 ? { imagePullSecrets: secrets } : {};
  return { spec: { ...spec, serviceAccountName: name, serviceAccount: name, ...pull } };
}

/** A class that is not there; those of the system always are. */
function findUnknownClass({ context, kind }: Write, spec: JsonObject, pod: KubernetesObject): StatusError | undefined {
  const priority = getString(spec, 'priorityClassName') ?? '';
  const hasPriority = priority === '' || SYSTEM_PRIORITIES.has(priority) || has(context, 'scheduling.k8s.io', 'PriorityClass', priority);
  if (!hasPriority) return forbidden(kind, nameOf(pod), `no PriorityClass with name ${priority} was found`);
  const runtime = getString(spec, 'runtimeClassName');
  if (runtime === undefined || has(context, 'node.k8s.io', 'RuntimeClass', runtime)) return undefined;
  return forbidden(kind, nameOf(pod), `pod rejected: RuntimeClass ${JSON.stringify(runtime)} not found`);
}

function has({ draft }: Context, group: string, kind: string, name: string): boolean {
  return draft.get(toRefKey({ group, kind, name })) !== undefined;
}
