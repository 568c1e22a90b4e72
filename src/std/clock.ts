/** Time as an argument. The process hands in the real one; tests and the embedded cluster's simulation step their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason if it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** RFC 3339 in UTC to the second, as Kubernetes' `metav1.Time` serialises. */
export function toKubernetesTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
