import { getArray, getNumber } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** Ports below 1024 need a capability or root. */
export const privilegedPorts: Practice = practiceOfContainers('KB0113', 'security', ({ container }) =>
  getArray(container, 'ports').flatMap((port, index) => {
    const number = getNumber(port, 'containerPort') ?? 0;
    return lapseIf(number > 0 && number < 1024, 'ports', index, 'containerPort');
  }),
);
