/**
 * The host names that two patterns share, as the narrower of the two; undefined if they share none. An empty pattern is every
 * host. `*.example.com` is every name below `example.com`, of one label or more, and not `example.com` itself.
 */
export function intersectHosts(a: string, b: string): string | undefined {
  if (a === '' || a === b) return b;
  if (b === '') return a;
  if (isHostWithin(a, b)) return a;
  return isHostWithin(b, a) ? b : undefined;
}

/** Whether every host of a pattern (or a plain host) is one of another. */
export function isHostWithin(host: string, pattern: string): boolean {
  if (pattern === '' || host === pattern) return true;
  if (!pattern.startsWith('*.')) return false;
  const suffix = pattern.slice(1);
  return host.endsWith(suffix) && host.length > suffix.length;
}

/** Whether a host is one of an Ingress rule, where `*.` stands for exactly one label (`networking/v1` `IngressRule.host`). */
export function isIngressHost(host: string, pattern: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === '' || host === pattern;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot + 1) === pattern.slice(2);
}
