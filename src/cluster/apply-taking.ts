import { mayTakeOver, type KubernetesObject, type TakeOver } from '../model/index.ts';
import type { ApplyOptions, Cluster, StatusError, WriteResult } from './port.ts';

/**
 * Applies an object and takes over the fields of some field managers. An API server takes all fields over or none (`force`): what is
 * in the way is asked for first where only some may be.
 */
export async function applyTaking(
  cluster: Pick<Cluster, 'apply'>,
  object: KubernetesObject,
  options: Omit<ApplyOptions, 'force'>,
  from: TakeOver,
): Promise<WriteResult> {
  const result = await cluster.apply(object, { ...options, force: from === true });
  const isTaken = from !== false && from !== true && result.kind === 'error' && areAllTaken(result, from);
  return isTaken ? cluster.apply(object, { ...options, force: true }) : result;
}

function areAllTaken({ causes = [] }: StatusError, from: TakeOver): boolean {
  return (
    causes.length > 0 &&
    causes.every(({ reason, message }) => {
      const [, manager] = /^conflict with "([^"]*)"/.exec(message) ?? [];
      return reason === 'FieldManagerConflict' && manager !== undefined && mayTakeOver(from, manager);
    })
  );
}
