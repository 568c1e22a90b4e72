import type { StatusError } from '../../../cluster/index.ts';
import { admitPod, checkOverhead, createPodAdmission, qualityOfService, type PodAdmission } from '../../../engine/controllers/index.ts';
import { nameOf, namespaceOf, specOf, toRefKey, type Kind, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getString, type JsonObject } from '../../../std/index.ts';
import type { Admitted, Context, Write } from '../context.ts';
import { forbidden } from '../status-errors.ts';

const DEFAULT_ACCOUNT = 'default';

/** Gives a new pod its ServiceAccount, what other admission plugins give it, and its first status. */
export function admitNewPod(write: Write, object: KubernetesObject): Admitted {
  if (write.live !== undefined) return { object };
  const accounted = withAccount(write, specOf(object), object);
  if ('refusal' in accounted) return accounted;
  const { spec, refusal } = admitPod(accounted.spec, namespaceOf(object), toPodAdmission(write.context));
  // What is invalid is found and told by validation, and bounds are checked after it.
  if (refusal?.stage === 'mutating') return { refusal: forbidden(write.kind, nameOf(object), refusal.why) };
  return { object: { ...object, spec, status: { phase: 'Pending', qosClass: qualityOfService(spec) } } };
}

/** Why a new pod may not say what its overhead is; undefined if it may. */
export function checkPodOverhead(context: Context, kind: Kind, object: KubernetesObject): StatusError | undefined {
  if (kind.group !== '' || kind.kind !== 'Pod') return undefined;
  const why = checkOverhead(specOf(object), toPodAdmission(context).runtimeClasses);
  return why === undefined ? undefined : forbidden(kind, nameOf(object), why);
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
