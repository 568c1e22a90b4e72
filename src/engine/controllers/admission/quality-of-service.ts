import { getArray, getObject, type JsonObject } from '../../../std/index.ts';
import { addAll, readAmounts, type Amounts } from './amounts.ts';

/** The classes that pods are evicted by when a node runs short. */
export type QualityOfService = 'BestEffort' | 'Burstable' | 'Guaranteed';

const COMPUTE = ['cpu', 'memory'];

/** A pod's class by what it asks for and is limited to (`qos.ComputePodQOS`). */
export function qualityOfService(spec: JsonObject): QualityOfService {
  const own = getObject(spec, 'resources');
  const parts = own === undefined ? [...getArray(spec, 'containers'), ...getArray(spec, 'initContainers')] : [{ resources: own }];
  const limits = parts.map((part) => compute(getObject(part, 'resources', 'limits')));
  const requested = addAll(parts.map((part) => compute(getObject(part, 'resources', 'requests'))));
  const limited = addAll(limits);
  if (requested.size === 0 && limited.size === 0) return 'BestEffort';
  const isWhole = limits.every((list) => list.size === COMPUTE.length);
  const isSame = requested.size === limited.size && [...requested].every(([name, { value }]) => limited.get(name)?.value === value);
  return isWhole && isSame ? 'Guaranteed' : 'Burstable';
}

function compute(list: JsonObject | undefined): Amounts {
  return new Map([...readAmounts(list)].filter(([name, { value }]) => COMPUTE.includes(name) && value > 0n));
}
