import { labelsOf } from '../../../model/index.ts';
import { lapseIf, practiceOfKinds, type Practice } from '../practice.ts';

/** Whom to ask at night. */
export const ownerLabel: Practice = practiceOfKinds(
  'KB0404',
  'strict',
  ['apps/DaemonSet', 'apps/Deployment', 'apps/StatefulSet', 'batch/CronJob'],
  (object) =>
    lapseIf(
      !labelsOf(object).has('owner') && !labelsOf(object).has('app.kubernetes.io/managed-by') && !labelsOf(object).has('team'),
      'metadata',
      'labels',
    ),
);
