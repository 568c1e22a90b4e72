import type { KubernetesObject } from '../../../model/index.ts';
import { getArray, getObject, getString, isEqualJson, type JsonObject } from '../../../std/index.ts';
import type { AdmissionStep } from './priority.ts';
import { mergeTolerations } from './tolerations.ts';

/** Gives a pod the overhead and the scheduling rules of its RuntimeClass (`RuntimeClass`). Unless all classes are known, one that is not is left for others to judge. */
export function withRuntimeClass(
  spec: JsonObject,
  classes: ReadonlyMap<string, KubernetesObject>,
  { knowsAll }: { readonly knowsAll: boolean },
): AdmissionStep {
  const name = getString(spec, 'runtimeClassName');
  const runtime = classes.get(name ?? '');
  if (knowsAll && name !== undefined && runtime === undefined)
    return { refusal: `pod rejected: RuntimeClass ${JSON.stringify(name)} not found` };
  const overhead = getObject(runtime, 'overhead', 'podFixed');
  const given = getObject(spec, 'overhead');
  if (overhead !== undefined && given !== undefined && Object.keys(given).length > 0 && !isEqualJson(overhead, given)) {
    return { refusal: "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead" };
  }
  const selector = getObject(runtime, 'scheduling', 'nodeSelector') ?? {};
  const own = getObject(spec, 'nodeSelector') ?? {};
  const clash = Object.keys(selector).find((key) => own[key] !== undefined && own[key] !== selector[key]);
  if (clash !== undefined) {
    const [theirs, ours] = [String(getString(selector, clash)), String(getString(own, clash))];
    return { refusal: `conflict: runtimeClass.scheduling.nodeSelector[${clash}] = ${theirs}; pod.spec.nodeSelector[${clash}] = ${ours}` };
  }
  const tolerations = getArray(runtime, 'scheduling', 'tolerations');
  return {
    spec: {
      ...spec,
      ...(overhead === undefined ? {} : { overhead }),
      ...(Object.keys(selector).length === 0 ? {} : { nodeSelector: { ...own, ...selector } }),
      ...(tolerations.length === 0 ? {} : { tolerations: mergeTolerations(getArray(spec, 'tolerations'), tolerations) }),
    },
  };
}

/** Why a pod that says what its overhead is may not, once all others have judged it; undefined if it may. */
export function checkOverhead(spec: JsonObject, classes: ReadonlyMap<string, KubernetesObject>): string | undefined {
  const name = getString(spec, 'runtimeClassName');
  const runtime = classes.get(name ?? '');
  const isDefined = getObject(runtime, 'overhead', 'podFixed') !== undefined || (name !== undefined && runtime === undefined);
  if (isDefined || getObject(spec, 'overhead') === undefined) return undefined;
  return 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
}
