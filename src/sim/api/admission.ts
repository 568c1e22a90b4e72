import type { StatusError } from '../../cluster/index.ts';
import type { KubernetesObject } from '../../model/index.ts';
import { admitClaim } from './admission/claim.ts';
import { admitDefinition } from './admission/definition.ts';
import { admitJob } from './admission/job.ts';
import { checkLimits } from './admission/limit-range.ts';
import { admitNamespace } from './admission/namespace.ts';
import { checkPodSecurity } from './admission/pod-security.ts';
import { admitNewPod, checkPodOverhead } from './admission/pod.ts';
import { admitSecret } from './admission/secret.ts';
import { admitService } from './admission/service.ts';
import type { Admitted, Write } from './context.ts';
import { checkQuotas } from './quota.ts';

/** What admission and the registry's strategy do to one kind. */
export type Admission = (write: Write, object: KubernetesObject) => Admitted;

const ADMISSIONS: Readonly<Record<string, Admission>> = {
  '/Namespace': admitNamespace,
  '/PersistentVolumeClaim': admitClaim,
  '/Pod': admitNewPod,
  '/Secret': admitSecret,
  '/Service': admitService,
  'apiextensions.k8s.io/CustomResourceDefinition': admitDefinition,
  'batch/Job': admitJob,
};

/** The object as admission leaves it, or why it is refused. */
export function admit(write: Write, object: KubernetesObject): Admitted {
  const { kind } = write;
  const admission = ADMISSIONS[`${kind.group}/${kind.kind}`];
  return admission === undefined ? { object } : admission(write, object);
}

/** Why a new object that is valid is not what its namespace allows, of one object and in sum; undefined if it is. */
export function checkExcess({ context, kind }: Write, object: KubernetesObject): StatusError | undefined {
  const isLimited = kind.group === '' && (kind.kind === 'Pod' || kind.kind === 'PersistentVolumeClaim');
  const bounds = isLimited ? checkLimits(context, kind, object) : undefined;
  return bounds ?? checkPodSecurity(context, kind, object) ?? checkPodOverhead(context, kind, object) ?? checkQuotas(context, kind, object);
}
