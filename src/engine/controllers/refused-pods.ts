import { nameOf, namespaceOf, podTemplateOf, type KubernetesObject, type World } from '../../model/index.ts';
import { judgePodSecurity, podSecuritySiteOf } from '../../model/pod-security/index.ts';
import { getString, type Path } from '../../std/index.ts';
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
  /** The fields of the pod template that are to blame, from its root; absent where no single ones are. */
  readonly paths?: readonly Path[];
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
  readonly world: World;
  /** How many pods the workload asks for beside those of its expansion, which are refused if the last of these is. */
  readonly omitted: number;
}

/** Asks admission and the quotas of its namespace about all that a workload's controllers want to make. */
export function admitExpansion(
  workload: KubernetesObject,
  { add }: Expansion,
  { admission, ledger, omitted, world }: Admitting,
): AdmittedExpansion {
  const barred = findBar(workload, admission, world);
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
  if ('quota' in refusal) return { ...told, quota: refusal.quota, needed: refusal.neededFor(count) };
  return refusal.paths === undefined ? told : { ...told, paths: refusal.paths };
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
  readonly paths?: readonly Path[];
}

/** Why no pod of a template is let through at all. */
export function findBar(workload: KubernetesObject, admission: PodAdmission, world: World): Bar | undefined {
  const template = podTemplateOf(workload);
  if (template === undefined) return undefined;
  const { spec, refusal } = admitPod(template.spec, namespaceOf(workload), admission);
  if (refusal !== undefined) return { why: refusal.why, isInvalid: refusal.stage === 'validation' };
  const site = podSecuritySiteOf(world, namespaceOf(workload) ?? '');
  const { enforce } = judgePodSecurity({ metadata: template.metadata, spec }, site, { isTemplate: false });
  return enforce === undefined ? undefined : { why: enforce.message, paths: enforce.paths };
}

/**
 * The pods of manifests that no controller makes, or none yet, and that are not let in: pods that stand alone, and those of the jobs
 * that CronJobs will make. What is in the cluster already was let in.
 */
export function listRefusedTemplates(world: World, admission: PodAdmission): readonly RefusedPods[] {
  const alone = world.byKind('', 'Pod').filter((pod) => !isLive(pod));
  return [...alone, ...world.byKind('batch', 'CronJob')].flatMap((workload) => {
    const bar = findBar(workload, admission, world);
    if (bar === undefined) return [];
    const name =
      workload.kind === 'Pod' ? nameOf(workload) || (getString(workload.metadata, 'generateName') ?? '') : `${nameOf(workload)}-`;
    const said = bar.isInvalid === true ? `Pod "${name}" is invalid: ${bar.why}` : `pods "${name}" is forbidden: ${bar.why}`;
    return [{ workload, count: 1, message: said, why: bar.why, ...(bar.paths === undefined ? {} : { paths: bar.paths }) }];
  });
}

/** The API server names a pod by what its controller has chosen of the name: all of it of StatefulSets only. */
function sayRefusal(workload: KubernetesObject, object: KubernetesObject, { why, isInvalid }: Bar): string {
  const isChosen = object.kind !== 'Pod' || workload.kind === 'StatefulSet';
  const name = isChosen ? nameOf(object) : nameOf(object).replace(/[^-]*$/, '');
  return isInvalid === true ? `${object.kind} "${name}" is invalid: ${why}` : `${resourceNameOf(object)} "${name}" is forbidden: ${why}`;
}
