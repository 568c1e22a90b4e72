/**
 * Orders API versions as Kubernetes prefers them, best first: stable before beta before alpha, higher numbers first, then
 * whatever is no Kubernetes version, by name (apimachinery, `version.CompareKubeAwareVersionStrings`).
 */
export function compareApiVersions(a: string, b: string): number {
  const [x, y] = [rank(a), rank(b)];
  for (let i = 0; i < x.length; i++) {
    const difference = (y[i] ?? 0) - (x[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

const STABILITY: Readonly<Record<string, number>> = { '': 3, beta: 2, alpha: 1 };

function rank(version: string): readonly number[] {
  const match = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version);
  if (match === null) return [0, 0, 0];
  return [STABILITY[match[2] ?? ''] ?? 0, Number(match[1]), Number(match[3] ?? 0)];
}
