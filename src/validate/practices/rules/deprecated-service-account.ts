import { getString } from '../../../std/index.ts';
import { practiceOfPods, type Practice } from '../practice.ts';

/** serviceAccount is the old name of serviceAccountName. */
export const deprecatedServiceAccount: Practice = practiceOfPods('KB0401', 'conventions', ({ spec }) => {
  const [old, name] = [getString(spec, 'serviceAccount'), getString(spec, 'serviceAccountName')];
  if (old === undefined || (name !== undefined && name !== old)) return [];
  const fix = [{ path: ['serviceAccount'] }, { path: ['serviceAccountName'], value: old }];
  return [{ path: ['serviceAccount'], fix }];
});
