import { toKubernetesTime } from '../../std/index.ts';
import type { LoopState } from '../unit/loop.ts';
import type { DaemonPhase, DaemonStatus } from './status-file.ts';

/** What is told of the loop's state. */
export function toStatus(
  state: LoopState,
  daemon: {
    readonly unit: string;
    readonly identity: string;
    readonly source: string;
    readonly startedAt: number;
    readonly now: number;
    readonly stage: 'reading' | 'planning' | 'applying';
    readonly revision: string | undefined;
  },
): DaemonStatus {
  const { outcome, lastSynced } = state;
  return {
    unit: daemon.unit,
    identity: daemon.identity,
    source: daemon.source,
    phase: toPhase(state, daemon.stage),
    startedAt: toKubernetesTime(daemon.startedAt),
    updatedAt: toKubernetesTime(daemon.now),
    ...(daemon.revision === undefined ? {} : { revision: daemon.revision }),
    ...(lastSynced === undefined ? {} : { lastSynced: { revision: lastSynced.revision, at: toKubernetesTime(lastSynced.at) } }),
    ...(outcome === undefined ? {} : { outcome: outcome.kind }),
    reasons: toReasons(state),
    ...(outcome?.kind === 'held' && outcome.plan !== undefined ? { plan: outcome.plan } : {}),
    waitsFor: toWaiting(state),
    failures: state.failures,
  };
}

function toPhase(state: LoopState, stage: DaemonPhase): DaemonPhase {
  return state.stage === 'syncing' ? stage : state.stage;
}

function toReasons({ outcome, fault }: LoopState): readonly string[] {
  switch (outcome?.kind) {
    case 'held':
      return outcome.reasons;
    case 'waiting':
      return [outcome.reason];
    case 'failed':
    case 'unreadable':
      return [outcome.message];
    case 'synced':
      return [
        ...(outcome.back === undefined ? [] : [`went back to the last good revision, since the newest failed: ${fault ?? ''}`]),
        ...(outcome.unhealthy === undefined ? [] : [`not healthy: ${outcome.unhealthy}`]),
      ];
    case undefined:
      return [];
  }
}

function toWaiting(state: LoopState): string {
  if (state.stage === 'standby') return state.holder === undefined ? 'the lease' : `the lease, which ${state.holder} holds`;
  if (state.stage === 'stopped') return 'nothing: it has stopped';
  if (state.stage === 'stopping') return 'the writes under way';
  if (state.stage === 'syncing') return 'the synchronisation under way';
  if (state.givenUp !== undefined && state.dueAt === undefined) return 'another revision: this one failed too often';
  const at = state.dueAt === undefined ? '' : `, or ${toKubernetesTime(state.dueAt)}`;
  switch (state.outcome?.kind) {
    case 'held':
      return `another revision, or an --allow for what holds it${at}`;
    case 'failed':
    case 'unreadable':
      return `the next try${at}`;
    case 'waiting':
      return `its turn: ${state.outcome.reason}${at}`;
    case 'synced':
    case undefined:
      return `a change of the source or of the cluster${at}`;
  }
}
