import { getNumber } from '../../../std/index.ts';
import { lapseIf, practiceOfKinds, type Practice } from '../practice.ts';

const LEAST = 3;

/** Of fewer than three replicas one drain and one crash leave none. */
export const replicas: Practice = practiceOfKinds('KB0205', 'strict', ['apps/Deployment', 'apps/StatefulSet'], (object) => {
  const replicas = getNumber(object, 'spec', 'replicas');
  return lapseIf(replicas !== undefined && replicas < LEAST && replicas !== 0, 'spec', 'replicas');
});
