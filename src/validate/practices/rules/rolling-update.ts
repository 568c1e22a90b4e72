import { getString } from '../../../std/index.ts';
import { practiceOfKinds, type Practice } from '../practice.ts';

/** Any other strategy has a time without pods. */
export const rollingUpdate: Practice = practiceOfKinds('KB0211', 'strict', ['apps/Deployment'], (object) => {
  const path = ['spec', 'strategy', 'type'];
  const type = getString(object, ...path);
  if (type === 'RollingUpdate') return [];
  return [{ path, ...(type === undefined ? { fix: [{ path, value: 'RollingUpdate' }] } : {}) }];
});
