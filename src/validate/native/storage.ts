import { parseQuantity, type KubernetesObject } from '../../model/index.ts';
import { getArray, getAt, getObject, getString, stringifyJson, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { judgeConfigKey } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { toDottedPath } from '../structural/cursor.ts';
import { duplicate, failAs, forbidden, invalid, required, unsupported, type Fail } from './field-error.ts';

/** What `ValidatePersistentVolumeClaimSpec` says. */
export function checkClaim(spec: JsonObject, path: Path, report: Report): void {
  const fail = failAs('KV0122', report);
  if (getArray(spec, 'accessModes').length === 0) fail([...path, 'accessModes'], required('at least 1 access mode is required'));
  const size = getAt(spec, 'resources', 'requests', 'storage');
  const field = `${toDottedPath(path)}.resources[storage]`;
  if (size === undefined || size === null) fail([...path, 'resources', 'requests', 'storage'], required(), field);
  else checkPositive(size, [...path, 'resources', 'requests', 'storage'], field, fail);
}

function checkPositive(size: JsonValue, path: Path, field: string, fail: Fail): void {
  const amount = parseQuantity(size);
  const isBare = typeof size === 'string' && /^[+-]?\.?(?:[KMGTPE]i|[numkMGTPE])$/.test(size);
  if (!isBare && (amount === undefined || amount > 0n)) return;
  fail(path, invalid(isBare || amount === 0n ? '0' : stringifyJson(size).replaceAll('"', ''), 'must be greater than zero'), field);
}

/** What `ValidatePersistentVolume` says. */
export function checkPersistentVolume(object: KubernetesObject, report: Report): void {
  const fail = failAs('KV0122', report);
  const spec = getObject(object, 'spec') ?? {};
  const capacity = getObject(spec, 'capacity');
  if (getArray(spec, 'accessModes').length === 0) fail(['spec', 'accessModes'], required());
  if (capacity === undefined || Object.keys(capacity).length === 0) fail(['spec', 'capacity'], required());
  if (capacity?.['storage'] === undefined) fail(['spec', 'capacity'], unsupported(capacity ?? null, ['storage']));
}

/** What `ValidateConfigMap` and `ValidateSecret` say of keys. */
export function checkKeys(object: KubernetesObject, fields: readonly string[], report: Report): void {
  const fail = failAs('KV0123', report);
  for (const field of fields) {
    for (const key of Object.keys(getObject(object, field) ?? {})) {
      for (const reason of judgeConfigKey(key)) fail([field, key], invalid(key, reason), `${field}[${key}]`);
    }
  }
}

/** What `ValidateLimitRange` says of the types of limits. */
export function checkLimitRange(object: KubernetesObject, report: Report): void {
  const fail = failAs('KV0105', report);
  for (const [index, limit] of getArray(object, 'spec', 'limits').entries()) {
    const type = getString(limit, 'type') ?? '';
    const isKnown = ['Container', 'PersistentVolumeClaim', 'Pod'].includes(type) || type.includes('/');
    if (type !== '' && !isKnown) fail(['spec', 'limits', index, 'type'], invalid(type, 'must be a standard limit type or fully qualified'));
  }
}

/** What `ValidateValidatingWebhookConfiguration` says of names and rules of webhooks. */
export function checkWebhooks(object: KubernetesObject, report: Report): void {
  const fail = failAs('KV0124', report);
  const names = new Set<string>();
  for (const [index, webhook] of getArray(object, 'webhooks').entries()) {
    const name = getString(webhook, 'name') ?? '';
    if (name !== '' && names.has(name)) fail(['webhooks', index, 'name'], duplicate(name));
    names.add(name);
    const effects = getString(webhook, 'sideEffects') ?? '';
    // The values of v1beta1, which v1 no longer takes.
    if (effects === 'Some' || effects === 'Unknown')
      fail(['webhooks', index, 'sideEffects'], unsupported(effects, ['None', 'NoneOnDryRun']));
    for (const [number, rule] of getArray(webhook, 'rules').entries()) checkRule(rule, ['webhooks', index, 'rules', number], fail);
  }
}

function checkRule(rule: JsonValue, path: Path, fail: Fail): void {
  for (const field of ['apiGroups', 'apiVersions', 'operations', 'resources']) {
    const items = getArray(rule, field);
    if (items.length === 0) fail([...path, field], required());
    if (field !== 'apiVersions' && field !== 'resources') continue;
    for (const [index, item] of items.entries()) if (item === '' || item === null) fail([...path, field, index], required());
  }
}

/** A claim template becomes a volume of each pod, and the server speaks of that. */
export function checkNamelessClaim(index: number, report: Report): void {
  const fail = failAs('KV0122', report);
  const volume = toDottedPath(['spec', 'template', 'spec', 'volumes', index]);
  for (const field of ['persistentVolumeClaim.claimName', 'name']) {
    fail(['spec', 'volumeClaimTemplates', index, 'metadata', 'name'], required(), `${volume}.${field}`);
  }
}

/** What `ValidateStorageClass` says: a class has no volumes to recycle. */
export function checkStorageClass(object: KubernetesObject, report: Report): void {
  if (object['reclaimPolicy'] !== 'Recycle') return;
  failAs('KV0122', report)(['reclaimPolicy'], unsupported('Recycle', ['Delete', 'Retain']));
}

/** What the admission of PriorityClasses says of names that are the system's. */
export function checkPriorityClass(name: string, report: Report): void {
  if (!name.startsWith('system-') || name === 'system-cluster-critical' || name === 'system-node-critical') return;
  const reason = `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`;
  failAs('KV0121', report)(['metadata', 'name'], forbidden(reason));
}
