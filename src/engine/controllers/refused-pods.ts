import { nameOf, namespaceOf, podTemplateOf, type KubernetesObject } from '../../model/index.ts';
import { admitPod, type PodAdmission } from './admission/pod-admission.ts';
import { isLive, type QuotaLedger } from './admission/quota-ledger.ts';
import type { QuotaRefusal } from './admission/quota.ts';
import { resourceNameOf } from './admission/resource-name.ts';
import type { Expansion } from './expansion.ts';

/** Pods that a workload wants and the API server does not let its controller make. */
export interface RefusedPods {
  readonly workload: KubernetesObject;
  readonly count: number;
  /** What the API server answers: `pods "web-" is forbidden: exceeded quota: ...`. */
  readonly message: string;
  /** The same without the name, which nobody chose. */
  readonly why: string;
  /** The quota that refuses; undefined where a LimitRange or a class does. */
  readonly quota?: KubernetesObject;
  /** What of the quota would have to be how much for all of them, as it would be written. Empty where the pods lack a request or limit. */
  readonly needed?: Readonly<Record<string, string>>;
}

/** What is made of an expansion: what admission lets through, in order; after the first that it refuses nothing more. */
export interface AdmittedExpansion {
  readonly add: readonly KubernetesObject[];
  readonly refused?: RefusedPods;
}

/** Who is asked about an expansion. */
export interface Admitting {
  readonly admission: PodAdmission;
  readonly ledger: QuotaLedger;
  /** How many pods the workload asks for beside those of its expansion, which are refused if the last of these is. */
  readonly omitted: number;
}

/** Asks admission and the quotas of its namespace about all that a workload's controllers want to make. */
export function admitExpansion(
  workload: KubernetesObject,
  { add }: Expansion,
  { admission, ledger, omitted }: Admitting,
): AdmittedExpansion {
  const barred = findBar(workload, admission);
  if (barred === undefined && !ledger.has(namespaceOf(workload))) return { add };
  const made: KubernetesObject[] = [];
  for (const [index, object] of add.entries()) {
    const refusal = isNewPod(object) && barred !== undefined ? barred : isLive(object) ? book(ledger, object) : ledger.take(object);
    if (refusal === undefined) {
      made.push(object);
      continue;
    }
    const rest = add.slice(index);
    const pods = rest.filter(isNewPod).length;
    const refused = toRefused(workload, object, pods === 0 ? 0 : pods + omitted, refusal);
    return refused.count === 0 ? { add: [...made, ...rest] } : { add: [...made, ...rest.filter(isLive)], refused };
  }
  return { add: made };
}

function toRefused(workload: KubernetesObject, object: KubernetesObject, count: number, refusal: Bar | QuotaRefusal): RefusedPods {
  const told = { workload, count, message: sayRefusal(workload, object, refusal), why: refusal.why };
  return 'quota' in refusal ? { ...told, quota: refusal.quota, needed: refusal.neededFor(count) } : told;
}

function book(ledger: QuotaLedger, object: KubernetesObject): undefined {
  ledger.book(object);
}

function isNewPod(object: KubernetesObject): boolean {
  return object.kind === 'Pod' && !isLive(object);
}

interface Bar {
  readonly why: string;
  readonly isInvalid?: boolean;
}

/** Why no pod of a template is let through at all. */
function findBar(workload: KubernetesObject, admission: PodAdmission): Bar | undefined {
  const template = podTemplateOf(workload);
  const refusal = template === undefined ? undefined : admitPod(template.spec, namespaceOf(workload), admission).refusal;
  return refusal === undefined ? undefined : { why: refusal.why, isInvalid: refusal.stage === 'validation' };
}

/** The API server names a pod by what its controller has chosen of the name: all of it of StatefulSets only. */
function sayRefusal(workload: KubernetesObject, object: KubernetesObject, { why, isInvalid }: Bar): string {
  const isChosen = object.kind !== 'Pod' || workload.kind === 'StatefulSet';
  const name = isChosen ? nameOf(object) : nameOf(object).replace(/[^-]*$/, '');
  return isInvalid === true ? `${object.kind} "${name}" is invalid: ${why}` : `${resourceNameOf(object)} "${name}" is forbidden: ${why}`;
}
