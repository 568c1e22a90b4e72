import type { Practice } from './practice.ts';
import { antiAffinity } from './rules/anti-affinity.ts';
import { autoscaledReplicas } from './rules/autoscaled-replicas.ts';
import { autoscalerMinimum } from './rules/autoscaler-minimum.ts';
import { budgetBlocks } from './rules/budget-blocks.ts';
import { budgetEvictionPolicy } from './rules/budget-eviction-policy.ts';
import { clusterAdmin } from './rules/cluster-admin.ts';
import { containerSocket } from './rules/container-socket.ts';
import { cpuGuaranteed } from './rules/cpu-guaranteed.ts';
import { cpuLimit } from './rules/cpu-limit.ts';
import { cpuRequest } from './rules/cpu-request.ts';
import { cronJobDeadline } from './rules/cron-job-deadline.ts';
import { dangerousCapabilities } from './rules/dangerous-capabilities.ts';
import { defaultNamespace } from './rules/default-namespace.ts';
import { defaultServiceAccount } from './rules/default-service-account.ts';
import { deprecatedServiceAccount } from './rules/deprecated-service-account.ts';
import { disruptionBudget } from './rules/disruption-budget.ts';
import { dnsOptions } from './rules/dns-options.ts';
import { dropNetRaw } from './rules/drop-net-raw.ts';
import { duplicateVariable } from './rules/duplicate-variable.ts';
import { emailAnnotation } from './rules/email-annotation.ts';
import { hostIpc } from './rules/host-ipc.ts';
import { hostMounts } from './rules/host-mounts.ts';
import { hostNetwork } from './rules/host-network.ts';
import { hostPid } from './rules/host-pid.ts';
import { identicalProbes } from './rules/identical-probes.ts';
import { imageTag } from './rules/image-tag.ts';
import { jobRetention } from './rules/job-retention.ts';
import { livenessProbe } from './rules/liveness-probe.ts';
import { lowUserId } from './rules/low-user-id.ts';
import { memoryGuaranteed } from './rules/memory-guaranteed.ts';
import { memoryLimit } from './rules/memory-limit.ts';
import { memoryRequest } from './rules/memory-request.ts';
import { nodeAffinity } from './rules/node-affinity.ts';
import { ownerLabel } from './rules/owner-label.ts';
import { priorityClass } from './rules/priority-class.ts';
import { privilegeEscalation } from './rules/privilege-escalation.ts';
import { privileged } from './rules/privileged.ts';
import { privilegedPorts } from './rules/privileged-ports.ts';
import { pullPolicy } from './rules/pull-policy.ts';
import { readOnlyRoot } from './rules/read-only-root.ts';
import { readinessProbe } from './rules/readiness-probe.ts';
import { replicas } from './rules/replicas.ts';
import { rollingUpdate } from './rules/rolling-update.ts';
import { rulesWildcard } from './rules/rules-wildcard.ts';
import { runAsNonRoot } from './rules/run-as-non-root.ts';
import { seccompProfile } from './rules/seccomp-profile.ts';
import { secretAsVariable } from './rules/secret-as-variable.ts';
import { secretInVariable } from './rules/secret-in-variable.ts';
import { serviceType } from './rules/service-type.ts';
import { sshPort } from './rules/ssh-port.ts';
import { storageGuaranteed } from './rules/storage-guaranteed.ts';
import { storageLimit } from './rules/storage-limit.ts';
import { storageRequest } from './rules/storage-request.ts';
import { unmaskedProc } from './rules/unmasked-proc.ts';
import { unsafeSysctls } from './rules/unsafe-sysctls.ts';
import { withoutNetworkPolicy } from './rules/without-network-policy.ts';
import { writableHostMount } from './rules/writable-host-mount.ts';

/** Every practice, one file each, in alphabetical order. */
export const PRACTICES: readonly Practice[] = [
  antiAffinity,
  autoscaledReplicas,
  autoscalerMinimum,
  budgetBlocks,
  budgetEvictionPolicy,
  clusterAdmin,
  containerSocket,
  cpuGuaranteed,
  cpuLimit,
  cpuRequest,
  cronJobDeadline,
  dangerousCapabilities,
  defaultNamespace,
  defaultServiceAccount,
  deprecatedServiceAccount,
  disruptionBudget,
  dnsOptions,
  dropNetRaw,
  duplicateVariable,
  emailAnnotation,
  hostIpc,
  hostMounts,
  hostNetwork,
  hostPid,
  identicalProbes,
  imageTag,
  jobRetention,
  livenessProbe,
  lowUserId,
  memoryGuaranteed,
  memoryLimit,
  memoryRequest,
  nodeAffinity,
  ownerLabel,
  priorityClass,
  privilegeEscalation,
  privileged,
  privilegedPorts,
  pullPolicy,
  readOnlyRoot,
  readinessProbe,
  replicas,
  rollingUpdate,
  rulesWildcard,
  runAsNonRoot,
  seccompProfile,
  secretAsVariable,
  secretInVariable,
  serviceType,
  sshPort,
  storageGuaranteed,
  storageLimit,
  storageRequest,
  unmaskedProc,
  unsafeSysctls,
  withoutNetworkPolicy,
  writableHostMount,
];
