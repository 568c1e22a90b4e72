import { getArray, getNumber, getString, isEqualJson, type JsonObject, type JsonValue } from '../../../std/index.ts';

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

/** Two lists of tolerations as one, without those that another one covers (`MergeTolerations`). */
export function mergeTolerations(first: readonly JsonValue[], second: readonly JsonValue[]): readonly JsonValue[] {
  const all = [...first, ...second];
  const merged: JsonValue[] = [];
  for (const [index, toleration] of all.entries()) {
    const isCovered =
      merged.some((other) => covers(other, toleration)) ||
      all.slice(index + 1).some((other) => covers(other, toleration) && !isEqualJson(other, toleration));
    if (!isCovered) merged.push(toleration);
  }
  return merged;
}

/** Whether a toleration tolerates all that another one does (`isSuperset`). */
function covers(wide: JsonValue, narrow: JsonValue): boolean {
  const text = (toleration: JsonValue, field: string): string => getString(toleration, field) ?? '';
  const [key, operator, effect] = [text(wide, 'key'), text(wide, 'operator'), text(wide, 'effect')];
  if (key !== text(narrow, 'key') && (key !== '' || operator !== 'Exists')) return false;
  if (isEqualJson(wide, narrow)) return true;
  if (effect !== '' && effect !== text(narrow, 'effect')) return false;
  const most = effect === 'NoExecute' ? getNumber(wide, 'tolerationSeconds') : undefined;
  if (most !== undefined && (getNumber(narrow, 'tolerationSeconds') ?? Infinity) > most) return false;
  if (operator === 'Exists') return true;
  return (operator === '' || operator === 'Equal') && text(narrow, 'operator') === 'Equal' && text(wide, 'value') === text(narrow, 'value');
}
