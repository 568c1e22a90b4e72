import { getArray, getString, type JsonObject, type JsonValue } from '../../../std/index.ts';

const KEYS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** A pod stays five minutes on a node that is lost, unless it says how long (`DefaultTolerationSeconds`). */
export function withDefaultTolerations(spec: JsonObject): JsonObject {
  const tolerations = getArray(spec, 'tolerations');
  const missing = KEYS.filter((key) => !tolerations.some((toleration) => isAbout(toleration, key)));
  const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  return { ...spec, tolerations: [...tolerations, ...added] };
}

function isAbout(toleration: JsonValue, key: string): boolean {
  const named = getString(toleration, 'key') ?? '';
  const effect = getString(toleration, 'effect') ?? '';
  return (named === key || named === '') && (effect === 'NoExecute' || effect === '');
}
