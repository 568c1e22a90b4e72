import { getArray, getString } from '../../../std/index.ts';
import { ensureAt, fieldsAt, fill, type Draft } from './draft.ts';

const CPU_TARGET = 80;
const METRICS_ANNOTATION = 'autoscaling.alpha.kubernetes.io/metrics';

export function defaultAutoscalerV1(object: Draft): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { minReplicas: 1 });
  const hasMetrics = getString(object, 'metadata', 'annotations', METRICS_ANNOTATION) !== undefined;
  if (!hasMetrics) fill(spec, { targetCPUUtilizationPercentage: CPU_TARGET });
}

/** Completes an autoscaler; if it says anything of its behavior, both directions are spelled out. */
export function defaultAutoscalerV2(object: Draft): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { minReplicas: 1 });
  if (getArray(spec, 'metrics').length === 0) {
    const target = { type: 'Utilization', averageUtilization: CPU_TARGET };
    spec['metrics'] = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  const behavior = fieldsAt(spec, 'behavior');
  if (behavior === undefined) return;
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 };
  const pods = { type: 'Pods', value: 4, periodSeconds: 15 };
  fill(ensureAt(behavior, 'scaleUp'), { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [pods, percent] });
  fill(ensureAt(behavior, 'scaleDown'), { selectPolicy: 'Max', policies: [percent] });
}
