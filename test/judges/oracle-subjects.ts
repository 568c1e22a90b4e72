import { authorizeJudge, authorizeJudges } from './authorize.judge.ts';
import { autoscalerJudge } from './autoscaler.judge.ts';
import { celJudge } from './cel.judge.ts';
import { cronJobJudge } from './cronjob.judge.ts';
import { customJudge } from './custom.judge.ts';
import { definitionJudge } from './definition.judge.ts';
import { escalationJudge } from './escalation.judge.ts';
import { grantJudge } from './grant.judge.ts';
import { impersonationJudge } from './impersonation.judge.ts';
import { jobJudge } from './job.judge.ts';
import { mergeOracleJudge } from './merge-oracle.judge.ts';
import { mutatingJudge } from './mutating.judge.ts';
import { nativeJudge } from './native.judge.ts';
import { networkJudge } from './network.judge.ts';
import { nodeJudge } from './node.judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import { podSecurityJudge } from './podsecurity.judge.ts';
import { policyJudge } from './policy.judge.ts';
import { requestJudge } from './request.judge.ts';
import { restrictionJudge } from './restriction.judge.ts';
import { ROLES_JUDGES } from './roles.judge.ts';
import { rolloutJudge } from './rollout.judge.ts';
import { schedulerJudge, schedulerJudges } from './scheduler.judge.ts';
import { statefulSetJudge } from './statefulset.judge.ts';
import { templateJudge, templateJudges } from './template.judge.ts';
import { updateJudge } from './update.judge.ts';
import { cronJudge, quantityJudge, selectorJudge } from './values.judge.ts';
import { victimsJudge } from './victims.judge.ts';
import { warningsJudge } from './warnings.judge.ts';

/** The subjects that the linked code of Kubernetes decides, without a server; some of its answers are kept. */
export const ORACLE_JUDGES: readonly OracleJudge[] = [
  authorizeJudge,
  autoscalerJudge,
  celJudge,
  cronJudge,
  cronJobJudge,
  customJudge,
  definitionJudge,
  escalationJudge,
  grantJudge,
  impersonationJudge,
  jobJudge,
  mergeOracleJudge,
  mutatingJudge,
  nativeJudge,
  networkJudge,
  nodeJudge,
  podSecurityJudge,
  policyJudge,
  quantityJudge,
  requestJudge,
  restrictionJudge,
  rolloutJudge,
  schedulerJudge,
  selectorJudge,
  statefulSetJudge,
  templateJudge,
  updateJudge,
  victimsJudge,
  warningsJudge,
];

/** The same of subjects whose answers are not kept: what clusters hold at first, and the releases before the newest. */
export const UNRECORDED_JUDGES: readonly OracleJudge[] = [...authorizeJudges, ...ROLES_JUDGES, ...schedulerJudges, ...templateJudges];
