import { nameOf, type KubernetesObject } from '../../../model/index.ts';
import { getBoolean, getNumber, getString, type JsonObject } from '../../../std/index.ts';

/** What a step of admission makes of a pod's spec, or why it refuses the pod. */
export type AdmissionStep = { readonly spec: JsonObject } | { readonly refusal: string };

/** The PriorityClasses that every cluster has. */
const SYSTEM_PRIORITIES: ReadonlyMap<string, number> = new Map([
  ['system-cluster-critical', 2_000_000_000],
  ['system-node-critical', 2_000_001_000],
]);

/**
 * Gives a pod the priority of its class, or of the class that is the default (`Priority`). Unless all classes are known, a
 * class that is not is left for others to judge: there may be a default, too.
 */
export function withPriority(
  spec: JsonObject,
  classes: ReadonlyMap<string, KubernetesObject>,
  { knowsAll }: { readonly knowsAll: boolean },
): AdmissionStep {
  const asked = getString(spec, 'priorityClassName') ?? '';
  const found = asked === '' ? findGlobalDefault(classes) : classes.get(asked);
  if (knowsAll && asked !== '' && found === undefined && !SYSTEM_PRIORITIES.has(asked))
    return { refusal: `no PriorityClass with name ${asked} was found` };
  const priority = getNumber(found, 'value') ?? SYSTEM_PRIORITIES.get(asked) ?? 0;
  const [given, policy] = [getNumber(spec, 'priority'), getString(spec, 'preemptionPolicy')];
  const isKnown = knowsAll || found !== undefined || SYSTEM_PRIORITIES.has(asked);
  if (given !== undefined && given !== priority && isKnown) return { refusal: sayMustNot('integer value of priority', given, priority) };
  const preemptionPolicy = getString(found, 'preemptionPolicy') ?? (isKnown ? 'PreemptLowerPriority' : policy);
  if (isKnown && policy !== undefined && policy !== preemptionPolicy) {
    return { refusal: sayMustNot('string value of PreemptionPolicy', policy, preemptionPolicy ?? '') };
  }
  return {
    spec: {
      ...spec,
      priority: given ?? priority,
      ...(found === undefined ? {} : { priorityClassName: nameOf(found) }),
      ...(preemptionPolicy === undefined ? {} : { preemptionPolicy }),
    },
  };
}

function sayMustNot(what: string, given: string | number, computed: string | number): string {
  return `the ${what} (${given}) must not be provided in pod spec; priority admission controller computed ${computed} from the given PriorityClass name`;
}

/** Of several default classes the one of the least value counts. */
function findGlobalDefault(classes: ReadonlyMap<string, KubernetesObject>): KubernetesObject | undefined {
  return [...classes.values()]
    .filter((object) => getBoolean(object, 'globalDefault') === true)
    .toSorted((a, b) => (getNumber(a, 'value') ?? 0) - (getNumber(b, 'value') ?? 0))[0];
}
