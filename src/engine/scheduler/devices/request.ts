import { type KubernetesObject } from '../../../model/index.ts';
import { getArray, getBoolean, getNumber, getObject, getString, type JsonValue } from '../../../std/index.ts';

/** One way to satisfy a request of a claim: the request itself, or one of those of which the first available is taken. */
export interface DeviceRequest {
  /** `request`, or `request/subrequest`. */
  readonly name: string;
  /** The name of the request that it is a part of; its own where it stands alone. */
  readonly parent: string;
  readonly deviceClass: string;
  readonly selectors: readonly string[];
  readonly wantsAll: boolean;
  readonly count: number;
  readonly isAdmin: boolean;
  readonly tolerations: readonly JsonValue[];
  readonly hasCapacity: boolean;
}

/** A request of a claim with its ways, the best first. */
export interface ClaimRequest {
  readonly name: string;
  readonly ways: readonly DeviceRequest[];
  /** Whether the ways are ranked (`firstAvailable`). */
  readonly isRanked: boolean;
}

/** The requests of a ResourceClaim, of any version of the API. */
export function readRequests(claim: KubernetesObject): readonly ClaimRequest[] {
  return getArray(claim, 'spec', 'devices', 'requests').map((request) => {
    const name = getString(request, 'name') ?? '';
    const ranked = getArray(request, 'firstAvailable');
    // v1beta1 has what is asked for in the request itself.
    const alone = getObject(request, 'exactly') ?? (getString(request, 'deviceClassName') === undefined ? undefined : request);
    if (ranked.length === 0) return { name, ways: alone === undefined ? [] : [readRequest(alone, name, name)], isRanked: false };
    const ways = ranked.map((way) => readRequest(way, `${name}/${getString(way, 'name') ?? ''}`, name));
    return { name, ways, isRanked: true };
  });
}

function readRequest(request: JsonValue, name: string, parent: string): DeviceRequest {
  return {
    name,
    parent,
    deviceClass: getString(request, 'deviceClassName') ?? '',
    selectors: readSelectors(getArray(request, 'selectors')),
    wantsAll: getString(request, 'allocationMode') === 'All',
    count: getNumber(request, 'count') ?? 1,
    isAdmin: getBoolean(request, 'adminAccess') === true,
    tolerations: getArray(request, 'tolerations'),
    hasCapacity: getObject(request, 'capacity') !== undefined,
  };
}

/** The CEL expressions of a class or a request. */
export function readSelectors(selectors: readonly JsonValue[]): readonly string[] {
  return selectors.map((selector) => getString(selector, 'cel', 'expression') ?? '');
}

/** Whether a request tolerates a device's taint (`ToleratesTaint`). */
export function isDeviceTolerated(taint: JsonValue, tolerations: readonly JsonValue[]): boolean {
  const effect = getString(taint, 'effect') ?? '';
  if (effect !== 'NoSchedule' && effect !== 'NoExecute') return true;
  return tolerations.some((toleration) => {
    const [key, wanted] = [getString(toleration, 'key') ?? '', getString(toleration, 'effect') ?? ''];
    if ((wanted !== '' && wanted !== effect) || (key !== '' && key !== getString(taint, 'key'))) return false;
    const operator = getString(toleration, 'operator') ?? 'Equal';
    return operator === 'Exists' || (getString(toleration, 'value') ?? '') === (getString(taint, 'value') ?? '');
  });
}
