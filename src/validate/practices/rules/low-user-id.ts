import { getNumber } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

const LOWEST = 10_000;

/** Ids below 10000 are likely to be those of the node's own users. */
export const lowUserId: Practice = practiceOfContainers('KB0107', 'strict', ({ container, spec }) =>
  ['runAsUser', 'runAsGroup'].flatMap((field) => {
    const id = getNumber(container, 'securityContext', field) ?? getNumber(spec, 'securityContext', field);
    return lapseIf(id === undefined || id < LOWEST, 'securityContext', field);
  }),
);
