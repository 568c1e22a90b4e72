import type { Controller } from './controller.ts';
import { DAEMON_SET } from './daemon-set.ts';
import { DEPLOYMENT } from './deployment.ts';
import { ENDPOINT_SLICE } from './endpoint-slice.ts';
import { JOB } from './job.ts';
import { PERSISTENT_VOLUME_CLAIM } from './persistent-volume-claim.ts';
import { POD } from './pod.ts';
import { REPLICA_SET } from './replica-set.ts';
import { REPLICATION_CONTROLLER } from './replication-controller.ts';
import { STATEFUL_SET } from './stateful-set.ts';

/** The controllers of the embedded cluster, by name. Binding (`stepScheduler`) looks at all pods at once and stands beside. */
export const CONTROLLERS: readonly Controller[] = [
  DAEMON_SET,
  DEPLOYMENT,
  ENDPOINT_SLICE,
  JOB,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  REPLICA_SET,
  REPLICATION_CONTROLLER,
  STATEFUL_SET,
];
