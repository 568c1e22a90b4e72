import type { Kind, KubernetesObject } from '../../model/index.ts';
import { getObject, type JsonObject, type Path } from '../../std/index.ts';
import { judgeLabel } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { Place } from './place.ts';
import { checkShare, isZeroShare } from './shares.ts';

/** Fields that may not be negative, by kind, below `spec`. */
const COUNTS: Readonly<Record<string, readonly string[]>> = {
  DaemonSet: ['minReadySeconds', 'revisionHistoryLimit'],
  Deployment: ['minReadySeconds', 'progressDeadlineSeconds', 'replicas', 'revisionHistoryLimit'],
  ReplicaSet: ['minReadySeconds', 'replicas'],
  ReplicationController: ['minReadySeconds', 'replicas'],
  StatefulSet: ['minReadySeconds', 'replicas'],
};

/** What `apps/validation` says of workloads that run for ever, besides their selectors and pods. */
export function checkWorkloadSpec(object: KubernetesObject, { kind }: Kind, report: Report): void {
  const of = (code: string): Place => Place.of(object['spec'], ['spec'], code, report);
  for (const field of COUNTS[kind] ?? []) of('KV0102').at(field).atLeast(0);
  const strategy = of('KV0114');
  if (kind === 'Deployment') checkDeployment(strategy, of('KV0102'));
  if (kind === 'DaemonSet') checkDaemonSet(strategy.at('updateStrategy'));
  if (kind === 'StatefulSet') checkStatefulSet(strategy);
  if (kind in COUNTS) checkEndless(Place.of(getObject(object, ...POD), POD, 'KV0106', report), kind);
}

const POD: Path = ['spec', 'template', 'spec'];

const DEFAULT_DEADLINE = 600;

function checkDeployment(spec: Place, counts: Place): void {
  const strategy = spec.at('strategy');
  const [type, rolling] = [strategy.at('type'), strategy.at('rollingUpdate')];
  const deadline = counts.at('progressDeadlineSeconds');
  const least = counts.at('minReadySeconds').number ?? 0;
  const seconds = deadline.number ?? DEFAULT_DEADLINE;
  if (seconds <= least) deadline.invalid('must be greater than minReadySeconds', seconds);
  if (type.text === 'Recreate') {
    if (rolling.isSet) rolling.forbidden("may not be specified when strategy `type` is 'Recreate'");
    return;
  }
  if (type.text !== '' && type.text !== 'RollingUpdate') {
    strategy.unsupported(['Recreate', 'RollingUpdate'], printStrategy(strategy));
    return;
  }
  const [unavailable, surge] = [rolling.at('maxUnavailable'), rolling.at('maxSurge')];
  checkShare(unavailable);
  checkShare(surge, 'anySize');
  if (isZeroShare(unavailable) && isZeroShare(surge)) unavailable.invalid('may not be 0 when `maxSurge` is 0', unavailable.value ?? 0);
}

/** As Go prints it, with the names of its own type. */
function printStrategy(strategy: Place): JsonObject {
  const rolling = strategy.at('rollingUpdate');
  return { Type: strategy.at('type').text, RollingUpdate: rolling.isSet ? printRolling(rolling) : null };
}

function printRolling(rolling: Place): JsonObject {
  return { MaxUnavailable: rolling.below('maxUnavailable') ?? 0, MaxSurge: rolling.below('maxSurge') ?? 0 };
}

function checkDaemonSet(strategy: Place): void {
  const [type, rolling] = [strategy.at('type').text, strategy.at('rollingUpdate')];
  if (type !== '' && type !== 'RollingUpdate' && type !== 'OnDelete') {
    return strategy.unsupported(['RollingUpdate', 'OnDelete'], printStrategy(strategy));
  }
  if (type === 'OnDelete') return undefined;
  const [unavailable, surge] = [rolling.at('maxUnavailable'), rolling.at('maxSurge')];
  for (const share of [unavailable, surge]) checkShare(share);
  const [hasUnavailable, hasSurge] = [!unavailable.isSet || !isZeroShare(unavailable), surge.isSet && !isZeroShare(surge)];
  if (hasUnavailable && hasSurge) surge.invalid('may not be set when maxUnavailable is non-zero');
  if (!hasUnavailable && !hasSurge) unavailable.required('cannot be 0 when maxSurge is 0');
  return undefined;
}

const POD_MANAGEMENT = ['OrderedReady', 'Parallel', ''];

function checkStatefulSet(spec: Place): void {
  const [strategy, management] = [spec.at('updateStrategy'), spec.at('podManagementPolicy')];
  const [type, rolling] = [strategy.at('type').text, strategy.at('rollingUpdate')];
  if (!POD_MANAGEMENT.includes(management.text)) management.invalid("must be 'OrderedReady' or 'Parallel'");
  if (type === 'OnDelete') {
    if (rolling.isSet) rolling.invalid("only allowed for updateStrategy 'RollingUpdate'", printPartition(rolling));
  } else if (type === 'RollingUpdate' || type === '') {
    rolling.at('partition').atLeast(0);
    const unavailable = rolling.at('maxUnavailable');
    if (unavailable.isSet) checkShare(unavailable);
    if (unavailable.isSet && isZeroShare(unavailable)) unavailable.invalid('cannot be 0');
  } else {
    const printed = { Type: type, RollingUpdate: rolling.isSet ? printPartition(rolling) : null };
    strategy.invalid("must be 'RollingUpdate' or 'OnDelete'", printed);
  }
  const kept = spec.at('persistentVolumeClaimRetentionPolicy');
  for (const field of ['whenDeleted', 'whenScaled']) kept.at(field).oneOfIfAny(['Retain', 'Delete']);
  spec.at('ordinals').at('start').as(spec, '.ordinals.start').atLeast(0);
  spec.at('serviceName').judged(judgeLabel);
}

function printPartition(rolling: Place): JsonObject {
  return { Partition: rolling.below('partition') ?? 0, MaxUnavailable: rolling.below('maxUnavailable') ?? null };
}

/** Pods of what runs for ever are started again whenever they end. */
function checkEndless(pod: Place, kind: string): void {
  const policy = pod.at('restartPolicy');
  if (policy.text !== '' && policy.text !== 'Always') policy.unsupported(['Always']);
  const named = kind === 'Deployment' ? 'ReplicaSet' : kind;
  if (pod.at('activeDeadlineSeconds').isSet)
    pod.at('activeDeadlineSeconds').forbidden(`activeDeadlineSeconds in ${named} is not Supported`);
}
