import { getString } from '../../../std/index.ts';
import { lapseIf, practiceOfPods, type Practice } from '../practice.ts';

/** What one program of the namespace is granted all have that run as default. */
export const defaultServiceAccount: Practice = practiceOfPods('KB0121', 'security', ({ spec }) => {
  const name = getString(spec, 'serviceAccountName') ?? getString(spec, 'serviceAccount') ?? '';
  return lapseIf((name === '' || name === 'default') && spec['automountServiceAccountToken'] !== false, 'serviceAccountName');
});
