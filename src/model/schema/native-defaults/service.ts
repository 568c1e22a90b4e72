import { getArray } from '../../../std/index.ts';
import { ensureAt, fieldsAt, fill, fillZero, itemsAt, type Draft } from './draft.ts';

/** Completes a Service. What the server allocates (cluster IPs, IP families, node ports) is left out. */
export function defaultService(object: Draft): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  defaultAffinity(spec);
  for (const port of itemsAt(spec, 'ports')) {
    const { port: number } = port;
    if (number !== undefined) fillZero(port, { targetPort: number });
  }
  const { type } = spec;
  if (isExternal(spec)) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (type === 'ExternalName') delete spec['internalTrafficPolicy'];
  else fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
}

function defaultAffinity(spec: Draft): void {
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] !== 'ClientIP') return;
  fill(ensureAt(ensureAt(spec, 'sessionAffinityConfig'), 'clientIP'), { timeoutSeconds: 10_800 });
}

function isExternal(spec: Draft): boolean {
  const { type } = spec;
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && getArray(spec, 'externalIPs').length > 0);
}

export function defaultEndpoints(object: Draft): void {
  for (const subset of itemsAt(object, 'subsets')) for (const port of itemsAt(subset, 'ports')) fill(port, { protocol: 'TCP' });
}

export function defaultEndpointSlice(object: Draft): void {
  for (const port of itemsAt(object, 'ports')) fill(port, { name: '', protocol: 'TCP' });
  for (const endpoint of itemsAt(object, 'endpoints')) delete endpoint['deprecatedTopology'];
}

export function defaultNetworkPolicy(object: Draft): void {
  const spec = ensureAt(object, 'spec');
  for (const rule of [...itemsAt(spec, 'ingress'), ...itemsAt(spec, 'egress')]) {
    for (const port of itemsAt(rule, 'ports')) fill(port, { protocol: 'TCP' });
  }
  if (getArray(spec, 'policyTypes').length > 0) return;
  spec['policyTypes'] = getArray(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

export function defaultIngressClass(object: Draft): void {
  const parameters = fieldsAt(object, 'spec', 'parameters');
  if (parameters !== undefined) fill(parameters, { scope: 'Cluster' });
}
