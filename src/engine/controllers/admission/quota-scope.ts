import type { KubernetesObject } from '../../../model/index.ts';
import { getArray, getNumber, getObject, getString, isObject, type JsonValue } from '../../../std/index.ts';
import { qualityOfService } from './quality-of-service.ts';

interface Scope {
  readonly name: string;
  readonly operator: string;
  readonly values: readonly JsonValue[];
}

/** Whether an object of a resource is in all scopes of a quota; one without scopes takes everything. */
export function isInScopes(quota: KubernetesObject, resource: string, object: KubernetesObject): boolean {
  return listScopes(quota).every((scope) => {
    if (resource === 'pods') return isPodInScope(scope, object);
    return resource === 'persistentvolumeclaims' && scope.name === 'VolumeAttributesClass' && matches(scope, attributesClassesOf(object));
  });
}

const SCOPES = new WeakMap<KubernetesObject, readonly Scope[]>();

function listScopes(quota: KubernetesObject): readonly Scope[] {
  const known = SCOPES.get(quota) ?? readScopes(quota);
  SCOPES.set(quota, known);
  return known;
}

function readScopes(quota: KubernetesObject): readonly Scope[] {
  const plain = getArray(quota, 'spec', 'scopes').flatMap((name) =>
    typeof name === 'string' ? [{ name, operator: 'Exists', values: [] }] : [],
  );
  const selected = getArray(quota, 'spec', 'scopeSelector', 'matchExpressions').map((item) => ({
    name: getString(item, 'scopeName') ?? '',
    operator: getString(item, 'operator') ?? 'Exists',
    values: getArray(item, 'values'),
  }));
  return [...plain, ...selected];
}

function isPodInScope(scope: Scope, pod: KubernetesObject): boolean {
  const spec = getObject(pod, 'spec') ?? {};
  const isTerminating = (getNumber(spec, 'activeDeadlineSeconds') ?? -1) >= 0;
  switch (scope.name) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return qualityOfService(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qualityOfService(spec) !== 'BestEffort';
    case 'PriorityClass': {
      const name = getString(spec, 'priorityClassName') ?? '';
      return matches(scope, name === '' ? [] : [name]);
    }
    case 'CrossNamespacePodAffinity':
      return ['podAffinity', 'podAntiAffinity'].some((field) => looksBeyond(getObject(spec, 'affinity', field) ?? {}));
    default:
      return false;
  }
}

/** Whether one of the names satisfies a selector; without a name, whether the selector asks for none. */
function matches({ operator, values }: Scope, names: readonly string[]): boolean {
  switch (operator) {
    case 'Exists':
      return names.length > 0;
    case 'DoesNotExist':
      return names.length === 0;
    case 'In':
      return names.some((name) => values.includes(name));
    case 'NotIn':
      return names.length === 0 || names.some((name) => !values.includes(name));
    default:
      return false;
  }
}

function looksBeyond(affinity: JsonValue): boolean {
  const required = getArray(affinity, 'requiredDuringSchedulingIgnoredDuringExecution');
  const preferred = getArray(affinity, 'preferredDuringSchedulingIgnoredDuringExecution').map(
    (item) => getObject(item, 'podAffinityTerm') ?? {},
  );
  return [...required, ...preferred].some(
    (term) => getArray(term, 'namespaces').length > 0 || isObject(getObject(term, 'namespaceSelector')),
  );
}

function attributesClassesOf(claim: KubernetesObject): readonly string[] {
  const names = [
    getString(claim, 'spec', 'volumeAttributesClassName'),
    getString(claim, 'status', 'currentVolumeAttributesClassName'),
    getString(claim, 'status', 'modifyVolumeStatus', 'targetVolumeAttributesClassName'),
  ];
  return names.flatMap((name) => (name === undefined || name === '' ? [] : [name]));
}
