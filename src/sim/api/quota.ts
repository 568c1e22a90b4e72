import type { StatusError } from '../../cluster/index.ts';
import {
  containersOf,
  formatQuantity,
  nameOf,
  namespaceOf,
  parseQuantity,
  specOf,
  type Kind,
  type KubernetesObject,
  type Quantity,
} from '../../model/index.ts';
import { compareBy, getArray, getObject, getString, sortedUnique, type JsonObject } from '../../std/index.ts';
import type { Context } from './context.ts';
import { forbidden, toResourceName } from './status-errors.ts';

type Usage = ReadonlyMap<string, Quantity>;

const ONE: Quantity = parseQuantity(1) ?? 0n;
/** Plain names of counts that are older than `count/<resource>`. */
const COUNTED = ['configmaps', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'resourcequotas', 'secrets', 'services'];

/** Why a new object would exceed a quota of its namespace; undefined if it would not (`ResourceQuota` admission). */
export function checkQuotas(context: Context, kind: Kind, object: KubernetesObject): StatusError | undefined {
  const namespace = namespaceOf(object);
  if (namespace === undefined) return undefined;
  const quotas = [...context.draft.list('', 'ResourceQuota')].filter((quota) => namespaceOf(quota) === namespace);
  for (const quota of quotas.toSorted(compareBy(nameOf))) {
    const refusal = checkQuota(context, kind, object, quota);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function checkQuota(context: Context, kind: Kind, object: KubernetesObject, quota: KubernetesObject): StatusError | undefined {
  const hard = getObject(specOf(quota), 'hard') ?? {};
  const names = Object.keys(hard);
  const added = usageOf(kind, object);
  if (!isInScope(kind, object, quota)) return undefined;
  const missing = kind.kind === 'Pod' ? listUnspecified(object, names) : [];
  if (missing.length > 0) return forbidden(kind, nameOf(object), `failed quota: ${nameOf(quota)}: must specify ${missing.join('; ')}`);
  const used = quotaUsage(context, quota);
  const exceeded = sortedUnique(names).filter((name) => {
    const more = added.get(name) ?? 0n;
    return more > 0n && (used.get(name) ?? 0n) + more > (parseQuantity(hard[name]) ?? 0n);
  });
  if (exceeded.length === 0) return undefined;
  const list = (of: (name: string) => string): string => exceeded.map((name) => `${name}=${of(name)}`).join(',');
  const [requested, before] = [added, used].map((usage) => list((name) => toText(name, usage.get(name) ?? 0n)));
  const why = `exceeded quota: ${nameOf(quota)}, requested: ${requested}, used: ${before}, limited: ${list((name) => getText(hard, name))}`;
  return forbidden(kind, nameOf(object), why);
}

/** What the objects of a quota's namespace use of what it limits. */
export function quotaUsage(context: Context, quota: KubernetesObject): Usage {
  const names = Object.keys(getObject(specOf(quota), 'hard') ?? {});
  const total = new Map<string, Quantity>(names.map((name) => [name, 0n]));
  for (const kind of context.catalog.list()) {
    if (!kind.namespaced || !names.some((name) => concerns(kind, name))) continue;
    for (const object of context.draft.list(kind.group, kind.kind)) {
      if (namespaceOf(object) !== namespaceOf(quota) || !isInScope(kind, object, quota)) continue;
      if (object.apiVersion !== `${kind.group === '' ? '' : `${kind.group}/`}${kind.version}`) continue;
      for (const [name, amount] of usageOf(kind, object)) {
        const known = total.get(name);
        if (known !== undefined) total.set(name, known + amount);
      }
    }
  }
  return total;
}

function concerns(kind: Kind, name: string): boolean {
  if (name === `count/${toResourceName(kind)}`) return true;
  if (kind.group !== '') return false;
  if (kind.kind === 'Pod') return name === 'pods' || !(name.includes('/') || COUNTED.includes(name) || name.startsWith('services'));
  return (
    name === kind.plural ||
    (kind.kind === 'Service' && name.startsWith('services.')) ||
    (kind.kind === 'PersistentVolumeClaim' && name.includes('storage'))
  );
}

function usageOf(kind: Kind, object: KubernetesObject): Usage {
  const usage = new Map<string, Quantity>([[`count/${toResourceName(kind)}`, ONE]]);
  if (kind.group !== '') return usage;
  if (kind.kind === 'Pod') return isOver(object) ? usage : addPod(usage, object);
  if (COUNTED.includes(kind.plural)) usage.set(kind.plural, ONE);
  if (kind.kind === 'PersistentVolumeClaim') addClaim(usage, object);
  const type = getString(object, 'spec', 'type');
  if (kind.kind === 'Service' && (type === 'NodePort' || type === 'LoadBalancer')) {
    usage.set('services.nodeports', ONE * BigInt(getArray(object, 'spec', 'ports').length));
    if (type === 'LoadBalancer') usage.set('services.loadbalancers', ONE);
  }
  return usage;
}

function addClaim(usage: Map<string, Quantity>, claim: KubernetesObject): void {
  const storage = parseQuantity(getObject(claim, 'spec', 'resources', 'requests')?.['storage']) ?? 0n;
  const storageClass = getString(claim, 'spec', 'storageClassName');
  usage.set('requests.storage', storage);
  if (storageClass === undefined) return;
  usage.set(`${storageClass}.storageclass.storage.k8s.io/requests.storage`, storage);
  usage.set(`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`, ONE);
}

function addPod(usage: Map<string, Quantity>, pod: KubernetesObject): Usage {
  usage.set('pods', ONE);
  for (const side of ['requests', 'limits'] as const) {
    for (const [name, amount] of podResources(pod, side)) {
      usage.set(`${side}.${name}`, amount);
      if (side === 'requests') usage.set(name, amount);
    }
  }
  return usage;
}

/** The sum of the containers, or the largest init container where that is more. */
function podResources(pod: KubernetesObject, side: 'requests' | 'limits'): Usage {
  const total = new Map<string, Quantity>();
  const entries = containersOf(specOf(pod));
  for (const { type, container } of entries) {
    for (const [name, text] of Object.entries(getObject(container, 'resources', side) ?? {})) {
      if (type === 'container') total.set(name, (total.get(name) ?? 0n) + (parseQuantity(text) ?? 0n));
    }
  }
  for (const { type, container } of entries) {
    for (const [name, text] of Object.entries(getObject(container, 'resources', side) ?? {})) {
      const amount = parseQuantity(text) ?? 0n;
      if (type === 'init' && amount > (total.get(name) ?? 0n)) total.set(name, amount);
    }
  }
  return total;
}

/** `limits.cpu for: a,b`: compute resources that a quota limits and containers do not name. */
function listUnspecified(pod: KubernetesObject, names: readonly string[]): readonly string[] {
  return sortedUnique(names).flatMap((name) => {
    const [side, resource] = name.startsWith('limits.') ? ['limits', name.slice(7)] : ['requests', name.replace(/^requests\./, '')];
    if (resource !== 'cpu' && resource !== 'memory') return [];
    const silent = containersOf(specOf(pod)).filter(({ container }) => getObject(container, 'resources', side)?.[resource] === undefined);
    return silent.length === 0 ? [] : [`${name} for: ${sortedUnique(silent.map((entry) => entry.name)).join(',')}`];
  });
}

function isInScope(kind: Kind, object: KubernetesObject, quota: KubernetesObject): boolean {
  const scopes = getArray(specOf(quota), 'scopes');
  if (scopes.length === 0) return true;
  if (kind.kind !== 'Pod') return false;
  const isBestEffort = getString(object, 'status', 'qosClass') === 'BestEffort';
  const isTerminating = specOf(object)['activeDeadlineSeconds'] !== undefined;
  return scopes.every((scope) => {
    if (scope === 'BestEffort') return isBestEffort;
    if (scope === 'NotBestEffort') return !isBestEffort;
    if (scope === 'Terminating') return isTerminating;
    return scope === 'NotTerminating' ? !isTerminating : true;
  });
}

function isOver(pod: KubernetesObject): boolean {
  const phase = getString(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

/** An amount as a quota's status and messages write it. */
export function toText(name: string, amount: Quantity): string {
  return formatQuantity(amount, /memory|storage/.test(name) ? 'binary' : 'decimal');
}

function getText(hard: JsonObject, name: string): string {
  const value = hard[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
