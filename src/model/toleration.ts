import { getArray, getString, type JsonObject, type JsonValue } from '../std/index.ts';

/** A taint of a node. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** A toleration of a pod; an absent operator is `Equal`, an absent effect is every effect. */
export interface Toleration {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  readonly effect: string;
}

/** The effects that keep a new pod from a node. */
export const FORBIDDING_EFFECTS: ReadonlySet<string> = new Set(['NoExecute', 'NoSchedule']);

/** The taints of a Node object, in the order in which they stand. */
export function readTaints(node: JsonValue): readonly Taint[] {
  return getArray(node, 'spec', 'taints').map((taint) => ({
    key: getString(taint, 'key') ?? '',
    value: getString(taint, 'value') ?? '',
    effect: getString(taint, 'effect') ?? '',
  }));
}

/** The tolerations of a pod spec. */
export function readTolerations(podSpec: JsonObject): readonly Toleration[] {
  return getArray(podSpec, 'tolerations').map((toleration) => ({
    key: getString(toleration, 'key') ?? '',
    operator: getString(toleration, 'operator') ?? 'Equal',
    value: getString(toleration, 'value') ?? '',
    effect: getString(toleration, 'effect') ?? '',
  }));
}

/** Whether a toleration covers a taint (`Toleration.ToleratesTaint`; `Gt` and `Lt` are behind a gate that is off). */
export function isTolerated(taint: Taint, toleration: Toleration): boolean {
  if (toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key !== '' && toleration.key !== taint.key) return false;
  switch (toleration.operator) {
    case '':
    case 'Equal':
      return toleration.value === taint.value;
    case 'Exists':
      return true;
    default:
      return false;
  }
}

/** The first taint of the given effects that no toleration covers (`FindMatchingUntoleratedTaint`). */
export function findUntoleratedTaint(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  effects: ReadonlySet<string> = FORBIDDING_EFFECTS,
): Taint | undefined {
  return taints.find((taint) => effects.has(taint.effect) && !tolerations.some((toleration) => isTolerated(taint, toleration)));
}
