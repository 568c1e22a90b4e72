import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** A privileged container is root of its node. */
export const privileged: Practice = practiceOfContainers('KB0102', 'security', ({ container }) =>
  lapseIf(getAt(container, 'securityContext', 'privileged') === true, 'securityContext', 'privileged'),
);
