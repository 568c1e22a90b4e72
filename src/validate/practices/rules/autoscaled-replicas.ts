import { formatRef, refOf } from '../../../model/index.ts';
import { getNumber } from '../../../std/index.ts';
import { listScalers } from '../../rules/autoscalers.ts';
import type { Practice } from '../practice.ts';

/** Replicas that a manifest names are set back at each apply, whatever the autoscaler has found. */
export const autoscaledReplicas: Practice = {
  code: 'KB0217',
  profile: 'reliability',
  find: (world) =>
    listScalers(world).flatMap(({ object, target }) => {
      if (target === undefined || getNumber(target, 'spec', 'replicas') === undefined) return [];
      return [{ object: target, path: ['spec', 'replicas'], data: { scaler: formatRef(refOf(object)) } }];
    }),
};
