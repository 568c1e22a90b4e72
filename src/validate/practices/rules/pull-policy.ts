import { getString } from '../../../std/index.ts';
import { practiceOfContainers, type Practice } from '../practice.ts';

/** A node's cached image is used by whoever may not pull it. */
export const pullPolicy: Practice = practiceOfContainers('KB0215', 'strict', ({ container }) => {
  const path = ['imagePullPolicy'];
  return getString(container, 'imagePullPolicy') === 'Always' ? [] : [{ path }];
});
