import { authorizeJudge } from './authorize.judge.ts';
import { celJudge } from './cel.judge.ts';
import { escalationJudge } from './escalation.judge.ts';
import { grantJudge } from './grant.judge.ts';
import { mergeOracleJudge } from './merge-oracle.judge.ts';
import { immutableJudge, nativeJudge } from './native.judge.ts';
import { networkJudge } from './network.judge.ts';
import { nodeJudge } from './node.judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import { rolloutJudge } from './rollout.judge.ts';
import { schedulerJudge } from './scheduler.judge.ts';
import { cronJudge, quantityJudge, selectorJudge } from './values.judge.ts';
import { victimsJudge } from './victims.judge.ts';

/** The subjects that the linked code of Kubernetes decides, without a server. */
export const ORACLE_JUDGES: readonly OracleJudge[] = [
  authorizeJudge,
  celJudge,
  cronJudge,
  escalationJudge,
  grantJudge,
  immutableJudge,
  mergeOracleJudge,
  nativeJudge,
  networkJudge,
  nodeJudge,
  quantityJudge,
  rolloutJudge,
  schedulerJudge,
  selectorJudge,
  victimsJudge,
];
