import { annotationsOf } from '../../../model/index.ts';
import { lapseIf, practiceOfKinds, type Practice } from '../practice.ts';

/** Whom to write to. */
export const emailAnnotation: Practice = practiceOfKinds(
  'KB0405',
  'strict',
  ['apps/DaemonSet', 'apps/Deployment', 'apps/StatefulSet', 'batch/CronJob'],
  (object) =>
    lapseIf(![...annotationsOf(object)].some(([key, value]) => key === 'email' && value.includes('@')), 'metadata', 'annotations'),
);
