import { getArray, getNumber, getString } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** Nobody logs in to a container by SSH who may use kubectl exec, which is authorized and audited. */
export const sshPort: Practice = practiceOfContainers('KB0112', 'security', ({ container }) =>
  getArray(container, 'ports').flatMap((port, index) =>
    lapseIf(getNumber(port, 'containerPort') === 22 && (getString(port, 'protocol') ?? 'TCP') === 'TCP', 'ports', index, 'containerPort'),
  ),
);
