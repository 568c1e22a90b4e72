import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfKinds, type Practice } from '../practice.ts';

/** Finished Jobs stay until somebody deletes them; those of a CronJob are kept by its history limits, which a time to live thwarts. */
export const jobRetention: Practice = practiceOfKinds('KB0212', 'reliability', ['batch/CronJob', 'batch/Job'], (object) => {
  const path = [...(object.kind === 'CronJob' ? ['spec', 'jobTemplate'] : []), 'spec', 'ttlSecondsAfterFinished'];
  const isKeptByCronJob = object.kind === 'CronJob';
  return lapseIf(isKeptByCronJob ? getAt(object, ...path) !== undefined : getAt(object, ...path) === undefined, ...path);
});
