import { parseQuantity, type Quantity } from '../../../model/index.ts';
import type { Place } from '../place.ts';
import { printQuantity } from '../quantities.ts';
import { isHugePages } from '../resource-names.ts';
import { checkRequirements, judgeContainerResource, judgeResource } from './resources.ts';

/** `validatePodResources`: what a pod as a whole asks for and is allowed. */
export function checkPodResources(spec: Place, claims: readonly string[]): void {
  const resources = spec.at('resources');
  if (!resources.isSet) return;
  if (spec.below('os', 'name') === 'windows') return resources.forbidden('may not be set for a windows pod');
  if (resources.at('claims').isSet) resources.at('claims').forbidden('claims may not be set for Resources at pod-level');
  checkRequirements(resources, judgePodResource, claims);
  checkLimits(spec, resources);
  return undefined;
}

/** `validateOverhead`, of what a RuntimeClass adds to its pods. */
export function checkOverhead(overhead: Place): void {
  if (overhead.isSet) checkRequirements(overhead.holding({ limits: overhead.value ?? null }), judgeContainerResource, []);
}

function judgePodResource(place: Place): void {
  const name = place.key;
  const isKnown = name === 'cpu' || name === 'memory' || isHugePages(name);
  if (judgeResource(place, name) && !isKnown) place.unsupported(['cpu', 'hugepages-', 'memory'], name);
}

function checkLimits(spec: Place, resources: Place): void {
  const containers = spec.at('containers').items();
  for (const [index, container] of containers.entries()) {
    const limits = container.at('resources').at('limits');
    for (const name of limits.keys()) {
      const [own, whole] = [limits.entry(name), resources.at('limits').entry(name)];
      if (!exceeds(parseQuantity(own.value), parseQuantity(whole.value))) continue;
      own
        .as(resources, `.containers[${index}][${name}].limits`)
        .invalid(`must be less than or equal to pod limits of ${printQuantity(whole.value)}`, printQuantity(own.value));
    }
  }
}

function exceeds(own: Quantity | undefined, whole: Quantity | undefined): boolean {
  return own !== undefined && whole !== undefined && own > whole;
}
