import { parseQuantity, toMilli, toUnits } from '../../../model/index.ts';
import { getArray, getObject, getString, getStringMap, type JsonValue } from '../../../std/index.ts';

/** What one container used at one moment: CPU in thousandths, memory in bytes. */
export interface UsageSample {
  readonly namespace: string;
  readonly pod: string;
  /** The pod's labels, where the list tells them: metrics-server does. */
  readonly labels: ReadonlyMap<string, string>;
  readonly container: string;
  /** RFC 3339; empty where nothing is told. */
  readonly at: string;
  readonly cpu: number;
  readonly memory: number;
}

/** The samples of a `PodMetricsList` of metrics.k8s.io, as `kubectl get --raw` prints it; undefined of anything else. */
export function readPodMetrics(list: JsonValue): readonly UsageSample[] | undefined {
  const isList = getString(list, 'kind') === 'PodMetricsList' && (getString(list, 'apiVersion') ?? '').startsWith('metrics.k8s.io/');
  if (!isList) return undefined;
  return getArray(list, 'items').flatMap((item) =>
    getArray(item, 'containers').flatMap((container): readonly UsageSample[] => {
      const [cpu, memory] = ['cpu', 'memory'].map((resource) => parseQuantity(getObject(container, 'usage')?.[resource] ?? null));
      if (cpu === undefined || memory === undefined) return [];
      return [
        {
          namespace: getString(item, 'metadata', 'namespace') ?? 'default',
          pod: getString(item, 'metadata', 'name') ?? '',
          labels: getStringMap(item, 'metadata', 'labels'),
          container: getString(container, 'name') ?? '',
          at: getString(item, 'timestamp') ?? '',
          cpu: toMilli(cpu),
          memory: toUnits(memory),
        },
      ];
    }),
  );
}
