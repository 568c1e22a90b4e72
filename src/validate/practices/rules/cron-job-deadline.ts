import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfKinds, type Practice } from '../practice.ts';

/** Without a deadline a CronJob that missed 100 starts never starts again. */
export const cronJobDeadline: Practice = practiceOfKinds('KB0213', 'reliability', ['batch/CronJob'], (object) =>
  lapseIf(getAt(object, 'spec', 'startingDeadlineSeconds') === undefined, 'spec', 'startingDeadlineSeconds'),
);
