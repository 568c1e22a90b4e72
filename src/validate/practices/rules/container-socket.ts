import { getArray, getString } from '../../../std/index.ts';
import { practiceOfPods, type Practice } from '../practice.ts';

const SOCKET = /\/(?:docker|containerd\/containerd|crio\/crio|cri-dockerd)\.sock$/;

/** Who talks to the container runtime is root of the node. */
export const containerSocket: Practice = practiceOfPods('KB0118', 'security', ({ spec }) =>
  getArray(spec, 'volumes').flatMap((volume, index) => {
    const path = getString(volume, 'hostPath', 'path') ?? '';
    return SOCKET.test(path) ? [{ path: ['volumes', index, 'hostPath', 'path'], data: { path } }] : [];
  }),
);
