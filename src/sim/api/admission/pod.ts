import type { StatusError } from '../../../cluster/index.ts';
import { containersOf, nameOf, namespaceOf, specOf, toRefKey, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getBoolean, getNumber, getObject, getString, isObject, type JsonObject, type JsonValue } from '../../../std/index.ts';
import type { Admitted, Context, Write } from '../context.ts';
import { withLimitDefaults } from './limit-range.ts';
import { forbidden } from '../status-errors.ts';

const DEFAULT_ACCOUNT = 'default';
const TOLERATED = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const TOLERATION_SECONDS = 300;

/** Gives a new pod its ServiceAccount, priority, tolerations and first status (`ServiceAccount`, `Priority`, `DefaultTolerationSeconds`). */
export function admitPod(write: Write, object: KubernetesObject): Admitted {
  if (write.live !== undefined) return { object };
  const accounted = withAccount(write, specOf(object), object);
  if ('refusal' in accounted) return accounted;
  const prioritized = withPriority(write, accounted.spec, object);
  if ('refusal' in prioritized) return prioritized;
  const limited = withLimitDefaults(write.context, object, prioritized.spec);
  const spec = { ...limited, tolerations: withTolerations(limited) };
  return { object: { ...object, spec, status: { phase: 'Pending', qosClass: qosClassOf(spec) } } };
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

function withPriority({ context, kind }: Write, spec: JsonObject, pod: KubernetesObject): Step {
  const name = getString(spec, 'priorityClassName') ?? '';
  const found =
    name === '' ? findGlobalDefault(context) : context.draft.get(toRefKey({ group: 'scheduling.k8s.io', kind: 'PriorityClass', name }));
  if (found === undefined && name !== '') {
    return { refusal: forbidden(kind, nameOf(pod), `no PriorityClass with name ${name} was found`) };
  }
  const priority = found === undefined ? 0 : (getNumber(found, 'value') ?? 0);
  const given = getNumber(spec, 'priority');
  if (given !== undefined && given !== priority) {
    const why = `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`;
    return { refusal: forbidden(kind, nameOf(pod), why) };
  }
  const preemptionPolicy = getString(found, 'preemptionPolicy') ?? 'PreemptLowerPriority';
  const className = found === undefined ? {} : { priorityClassName: nameOf(found) };
  return { spec: { ...spec, ...className, priority, preemptionPolicy } };
}

function findGlobalDefault(context: Context): KubernetesObject | undefined {
  const defaults = [...context.draft.list('scheduling.k8s.io', 'PriorityClass')].filter(
    (item) => getBoolean(item, 'globalDefault') === true,
  );
  return defaults.toSorted((a, b) => (getNumber(a, 'value') ?? 0) - (getNumber(b, 'value') ?? 0))[0];
}

function withTolerations(spec: JsonObject): readonly JsonValue[] {
  const given = getArray(spec, 'tolerations');
  const missing = TOLERATED.filter((key) => !given.some((item) => tolerates(item, key)));
  return [...given, ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: TOLERATION_SECONDS }))];
}

function tolerates(toleration: JsonValue, key: string): boolean {
  const of = getString(toleration, 'key') ?? '';
  const effect = getString(toleration, 'effect') ?? '';
  return (of === key || of === '') && (effect === 'NoExecute' || effect === '');
}

function qosClassOf(spec: JsonObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = containersOf(spec).filter((entry) => entry.type !== 'ephemeral');
  const resources = containers.map(({ container }) => getObject(container, 'resources') ?? {});
  const asks = (item: JsonObject, list: string): boolean => isObject(item[list]) && ('cpu' in item[list] || 'memory' in item[list]);
  if (!resources.some((item) => asks(item, 'requests') || asks(item, 'limits'))) return 'BestEffort';
  return resources.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function isGuaranteed(resources: JsonObject): boolean {
  return ['cpu', 'memory'].every((name) => {
    const limit = getObject(resources, 'limits')?.[name];
    const request = getObject(resources, 'requests')?.[name];
    return limit !== undefined && (request === undefined || request === limit);
  });
}
