import { getAt } from '../../../std/index.ts';
import { kindOf, lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

const SERVING = new Set(['apps/DaemonSet', 'apps/Deployment', 'apps/StatefulSet']);

/** A program that hangs is restarted only where something asks it whether it lives. */
export const livenessProbe: Practice = practiceOfContainers('KB0202', 'reliability', ({ container, object, type }) =>
  lapseIf(type === 'container' && SERVING.has(kindOf(object)) && getAt(container, 'livenessProbe') === undefined, 'livenessProbe'),
);
