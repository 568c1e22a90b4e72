import { getArray, getString } from '../../../std/index.ts';
import { practiceOfPods, type Practice } from '../practice.ts';

const SENSITIVE = /^\/(?:boot|dev|etc|lib|proc|root|run|sys|usr|var(?:\/lib(?:\/kubelet)?|\/run)?)?$/;

/** A folder of the node's system is a way to be root there. */
export const hostMounts: Practice = practiceOfPods('KB0117', 'security', ({ spec }) =>
  getArray(spec, 'volumes').flatMap((volume, index) => {
    const path = getString(volume, 'hostPath', 'path');
    return path !== undefined && SENSITIVE.test(path.replace(/(.)\/$/, '$1'))
      ? [{ path: ['volumes', index, 'hostPath', 'path'], data: { path } }]
      : [];
  }),
);
