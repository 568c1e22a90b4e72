import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** An unmasked /proc shows and changes what is the kernel's. */
export const unmaskedProc: Practice = practiceOfContainers('KB0109', 'security', ({ container }) =>
  lapseIf(getAt(container, 'securityContext', 'procMount') === 'Unmasked', 'securityContext', 'procMount'),
);
