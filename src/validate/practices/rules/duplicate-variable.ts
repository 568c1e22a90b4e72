import { getArray, getString } from '../../../std/index.ts';
import { practiceOfContainers, type Practice } from '../practice.ts';

/** Of two variables with one name the last counts. */
export const duplicateVariable: Practice = practiceOfContainers('KB0402', 'conventions', ({ container }) => {
  const seen = new Set<string>();
  return getArray(container, 'env').flatMap((item, index) => {
    const name = getString(item, 'name') ?? '';
    const isAgain = seen.has(name);
    seen.add(name);
    return isAgain ? [{ path: ['env', index, 'name'], data: { variable: name } }] : [];
  });
});
