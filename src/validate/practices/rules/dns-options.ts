import { getArray } from '../../../std/index.ts';
import { lapseIf, practiceOfPods, type Practice } from '../practice.ts';

/** With ndots:5 each name outside is asked for five times. */
export const dnsOptions: Practice = practiceOfPods('KB0409', 'strict', ({ spec }) =>
  lapseIf(getArray(spec, 'dnsConfig', 'options').length === 0, 'dnsConfig'),
);
