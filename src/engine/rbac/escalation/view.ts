import { isArray, isObject, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { annotationsOf, gvkOf, Lens, nameOnly, podTemplateOf, type KubernetesObject } from '../../../model/index.ts';
import { RBAC_GROUP } from '../policy.ts';

/** What paths are made from: a change of anything else costs nothing. */
export const ESCALATION_LENS: Lens = new Lens(viewOf);

/** Fields of a workload that open no path. */
const UNSEEN: ReadonlySet<string> = new Set(['image', 'replicas', 'resources', 'status']);

function viewOf(object: KubernetesObject): KubernetesObject {
  const { group, kind } = gvkOf(object);
  if (group === RBAC_GROUP) return object;
  if (podTemplateOf(object) !== undefined) return withoutUnseen(object);
  switch (`${group}/${kind}`) {
    case '/Secret':
      return annotationsOf(object).has('kubernetes.io/service-account.name') ? withoutData(object) : nameOnly(object);
    case '/Namespace':
    case '/Node':
    case '/PersistentVolume':
    case '/PersistentVolumeClaim':
    case '/ServiceAccount':
    case 'argoproj.io/AppProject':
      return withoutUnseen(object);
    default:
      return nameOnly(object);
  }
}

function withoutData(object: KubernetesObject): KubernetesObject {
  const { data: _data, stringData: _stringData, ...rest } = object;
  return rest;
}

function withoutUnseen(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata } = object;
  const { resourceVersion: _version, generation: _generation, managedFields: _managers, ...seen } = metadata;
  return { ...strip(object), apiVersion, kind, metadata: seen };
}

function strip(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).flatMap(([key, value]) => (UNSEEN.has(key) ? [] : [[key, stripValue(value)]])));
}

function stripValue(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(stripValue);
  return isObject(value) ? strip(value) : value;
}
