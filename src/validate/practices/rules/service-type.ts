import { getString } from '../../../std/index.ts';
import { practiceOfKinds, type Practice } from '../practice.ts';

/** Such a Service is open to all who reach the nodes or the balancer. */
export const serviceType: Practice = practiceOfKinds('KB0406', 'security', ['/Service'], (object) => {
  const type = getString(object, 'spec', 'type') ?? '';
  return type === 'NodePort' || type === 'LoadBalancer' ? [{ path: ['spec', 'type'], data: { type } }] : [];
});
