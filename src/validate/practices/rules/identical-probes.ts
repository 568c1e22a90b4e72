import { getObject, isEqualJson } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

const HANDLERS = ['exec', 'grpc', 'httpGet', 'tcpSocket'];

/** A pod that is too busy to be ready is then restarted, which makes the others busier. */
export const identicalProbes: Practice = practiceOfContainers('KB0204', 'reliability', ({ container }) => {
  const [live, ready] = [getObject(container, 'livenessProbe'), getObject(container, 'readinessProbe')];
  return lapseIf(
    live !== undefined && ready !== undefined && HANDLERS.every((field) => isEqualJson(live[field] ?? null, ready[field] ?? null)),
    'livenessProbe',
  );
});
