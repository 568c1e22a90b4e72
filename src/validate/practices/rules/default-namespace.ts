import { namespaceOf } from '../../../model/index.ts';
import { lapseIf, practiceOfKinds, type Practice } from '../practice.ts';

/** What is in default has no owner. */
export const defaultNamespace: Practice = practiceOfKinds(
  'KB0403',
  'conventions',
  [
    '/ConfigMap',
    '/Secret',
    '/Service',
    '/ServiceAccount',
    'apps/DaemonSet',
    'apps/Deployment',
    'apps/StatefulSet',
    'batch/CronJob',
    'batch/Job',
  ],
  (object) => lapseIf((namespaceOf(object) ?? 'default') === 'default', 'metadata', 'namespace'),
);
