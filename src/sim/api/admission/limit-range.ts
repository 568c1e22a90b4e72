import type { StatusError } from '../../../cluster/index.ts';
import { nameOf, namespaceOf, parseQuantity, specOf, type Kind, type KubernetesObject, type Quantity } from '../../../model/index.ts';
import { getArray, getObject, getString, isObject, sortedUnique, type JsonObject, type JsonValue } from '../../../std/index.ts';
import type { Context } from '../context.ts';
import { forbidden } from '../status-errors.ts';

/** The pod's spec with the requests and limits that the namespace's LimitRanges give its containers (`LimitRanger`). */
export function withLimitDefaults(context: Context, pod: KubernetesObject, spec: JsonObject): JsonObject {
  const items = limitsOf(context, pod, 'Container');
  if (items.length === 0) return spec;
  const fill = (container: JsonValue): JsonValue => (isObject(container) ? items.reduce(fillIn, container) : container);
  const fields = ['containers', 'initContainers'].filter((field) => spec[field] !== undefined);
  return { ...spec, ...Object.fromEntries(fields.map((field) => [field, getArray(spec, field).map(fill)])) };
}

/** Why an object breaks the namespace's LimitRanges; undefined if it does not. */
export function checkLimits(context: Context, kind: Kind, object: KubernetesObject): StatusError | undefined {
  const complaints = kind.kind === 'Pod' ? checkPod(context, object) : checkClaim(context, object);
  if (complaints.length === 0) return undefined;
  return forbidden(kind, nameOf(object), complaints.length === 1 ? complaints.join() : `[${complaints.join(', ')}]`);
}

function limitsOf(context: Context, object: KubernetesObject, type: string): readonly JsonValue[] {
  const ranges = [...context.draft.list('', 'LimitRange')].filter((range) => namespaceOf(range) === namespaceOf(object));
  return ranges.flatMap((range) => getArray(specOf(range), 'limits').filter((item) => getString(item, 'type') === type));
}

function fillIn(container: JsonObject, item: JsonValue): JsonObject {
  const resources = getObject(container, 'resources') ?? {};
  const given = getObject(resources, 'limits') ?? {};
  const limits = { ...getObject(item, 'default'), ...given };
  const requests = { ...getObject(item, 'defaultRequest'), ...given, ...getObject(resources, 'requests') };
  return { ...container, resources: { ...resources, ...nonEmpty('limits', limits), ...nonEmpty('requests', requests) } };
}

function nonEmpty(name: string, value: JsonObject): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}

interface Usage {
  readonly requests: JsonObject;
  readonly limits: JsonObject;
}

function checkPod(context: Context, pod: KubernetesObject): readonly string[] {
  const containers = [...getArray(specOf(pod), 'containers'), ...getArray(specOf(pod), 'initContainers')];
  const items = limitsOf(context, pod, 'Container');
  return items.flatMap((item) =>
    containers.flatMap((container) => {
      const usage = {
        requests: getObject(container, 'resources', 'requests') ?? {},
        limits: getObject(container, 'resources', 'limits') ?? {},
      };
      return [...checkMinimum(item, 'Container', usage), ...checkMaximum(item, 'Container', usage)];
    }),
  );
}

function checkClaim(context: Context, claim: KubernetesObject): readonly string[] {
  const usage = { requests: getObject(claim, 'spec', 'resources', 'requests') ?? {}, limits: {} };
  return limitsOf(context, claim, 'PersistentVolumeClaim').flatMap((item) => {
    const maximum = checkMaximum(item, 'PersistentVolumeClaim', { ...usage, limits: usage.requests });
    return [
      ...checkMinimum(item, 'PersistentVolumeClaim', usage),
      ...maximum.map((text) => text.replace('but limit is', 'but request is')),
    ];
  });
}

function checkMinimum(item: JsonValue, type: string, { requests, limits }: Usage): readonly string[] {
  const minimum = getObject(item, 'min') ?? {};
  return sortedUnique(Object.keys(minimum)).flatMap((name) => {
    const start = `minimum ${name} usage per ${type} is ${toText(minimum[name])}`;
    if (requests[name] === undefined) return [`${start}.  No request is specified`];
    if (isLess(requests[name], minimum[name])) return [`${start}, but request is ${toText(requests[name])}`];
    return limits[name] !== undefined && isLess(limits[name], minimum[name]) ? [`${start}, but limit is ${toText(limits[name])}`] : [];
  });
}

function checkMaximum(item: JsonValue, type: string, { requests, limits }: Usage): readonly string[] {
  const maximum = getObject(item, 'max') ?? {};
  return sortedUnique(Object.keys(maximum)).flatMap((name) => {
    const start = `maximum ${name} usage per ${type} is ${toText(maximum[name])}`;
    if (limits[name] === undefined) return [`${start}.  No limit is specified`];
    if (isLess(maximum[name], limits[name])) return [`${start}, but limit is ${toText(limits[name])}`];
    return requests[name] !== undefined && isLess(maximum[name], requests[name])
      ? [`${start}, but request is ${toText(requests[name])}`]
      : [];
  });
}

function isLess(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const [x, y]: readonly (Quantity | undefined)[] = [parseQuantity(a), parseQuantity(b)];
  return x !== undefined && y !== undefined && x < y;
}

function toText(quantity: JsonValue | undefined): string {
  return typeof quantity === 'string' || typeof quantity === 'number' ? String(quantity) : '';
}
