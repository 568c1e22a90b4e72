import { nameOf, namespaceOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getString, type JsonValue } from '../../std/index.ts';

/** What a Job's `podFailurePolicy` makes of a failed pod (`matchPodFailurePolicy`). */
export interface PodFailure {
  /** Whether it counts against the limits. */
  readonly isCounted: boolean;
  /** Whether its index fails with it. */
  readonly failsIndex: boolean;
  /** Why the whole Job fails with it; undefined if it does not. */
  readonly failsJob: string | undefined;
}

const COUNTED: PodFailure = { isCounted: true, failsIndex: false, failsJob: undefined };

/** The first rule that a failed pod matches decides; one that matches none counts. */
export function judgeFailure(job: KubernetesObject, pod: KubernetesObject): PodFailure {
  for (const [index, rule] of getArray(job, 'spec', 'podFailurePolicy', 'rules').entries()) {
    const reason = findMatch(rule, pod);
    if (reason === undefined) continue;
    const action = getString(rule, 'action') ?? '';
    if (action === 'Ignore') return { ...COUNTED, isCounted: false };
    if (action === 'FailIndex') return { ...COUNTED, failsIndex: true };
    if (action === 'FailJob') return { ...COUNTED, failsJob: `${reason} matching ${action} rule at index ${index}` };
    return COUNTED;
  }
  return COUNTED;
}

/** What of a pod a rule matches, as the controller words it. */
function findMatch(rule: JsonValue, pod: KubernetesObject): string | undefined {
  const name = `${namespaceOf(pod) ?? ''}/${nameOf(pod)}`;
  const codes = getArray(rule, 'onExitCodes', 'values');
  const operator = getString(rule, 'onExitCodes', 'operator');
  if (operator !== undefined) {
    const wanted = getString(rule, 'onExitCodes', 'containerName');
    const ended = [...getArray(pod, 'status', 'containerStatuses'), ...getArray(pod, 'status', 'initContainerStatuses')].find((item) => {
      const code = exitCodeOf(item);
      const isMeant = wanted === undefined || getString(item, 'name') === wanted;
      return code !== undefined && code !== 0 && isMeant && codes.includes(code) === (operator === 'In');
    });
    if (ended === undefined) return undefined;
    return `Container ${getString(ended, 'name') ?? ''} for pod ${name} failed with exit code ${String(exitCodeOf(ended))}`;
  }
  const patterns = getArray(rule, 'onPodConditions');
  const met = getArray(pod, 'status', 'conditions').find((condition) =>
    patterns.some((pattern) => ['type', 'status'].every((field) => getString(condition, field) === getString(pattern, field))),
  );
  return met === undefined ? undefined : `Pod ${name} has condition ${getString(met, 'type') ?? ''}`;
}

function exitCodeOf(status: JsonValue): number | undefined {
  return getNumber(status, 'state', 'terminated', 'exitCode');
}
