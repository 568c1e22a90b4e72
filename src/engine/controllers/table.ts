import type { Controller } from './controller.ts';
import { CRON_JOB } from './cron-job.ts';
import { DAEMON_SET } from './daemon-set.ts';
import { DEPLOYMENT } from './deployment.ts';
import { ENDPOINT_SLICE } from './endpoint-slice.ts';
import { HORIZONTAL_POD_AUTOSCALER } from './horizontal-pod-autoscaler.ts';
import { JOB } from './job.ts';
import { INGRESS, SERVICE_LOAD_BALANCER } from './load-balancer.ts';
import { PERSISTENT_VOLUME } from './persistent-volume.ts';
import { PERSISTENT_VOLUME_CLAIM } from './persistent-volume-claim.ts';
import { POD_DISRUPTION_BUDGET } from './pod-disruption-budget.ts';
import { POD } from './pod.ts';
import { REPLICA_SET } from './replica-set.ts';
import { REPLICATION_CONTROLLER } from './replication-controller.ts';
import { SERVICE_ACCOUNT } from './service-account.ts';
import { STATEFUL_SET } from './stateful-set.ts';

/** The controllers of the embedded cluster, by name. Binding (`stepScheduler`) looks at all pods at once and stands beside. */
export const CONTROLLERS: readonly Controller[] = [
  CRON_JOB,
  DAEMON_SET,
  DEPLOYMENT,
  ENDPOINT_SLICE,
  HORIZONTAL_POD_AUTOSCALER,
  INGRESS,
  JOB,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  POD_DISRUPTION_BUDGET,
  REPLICA_SET,
  REPLICATION_CONTROLLER,
  SERVICE_ACCOUNT,
  SERVICE_LOAD_BALANCER,
  STATEFUL_SET,
];
