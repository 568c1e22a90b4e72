import { getArray, getString } from '../../../std/index.ts';
import { practiceOfPods, type Practice } from '../practice.ts';

const UNSAFE =
  /^(?:kernel\.(?:msg|sem|shm)|fs\.mqueue\.|net\.)(?!ipv4\.(?:ip_local_port_range|ip_local_reserved_ports|ip_unprivileged_port_start|ping_group_range|tcp_syncookies)$)/;

/** Such settings reach beyond the pod. */
export const unsafeSysctls: Practice = practiceOfPods('KB0120', 'security', ({ spec }) =>
  getArray(spec, 'securityContext', 'sysctls').flatMap((item, index) => {
    const name = getString(item, 'name') ?? '';
    return UNSAFE.test(name) ? [{ path: ['securityContext', 'sysctls', index, 'name'], data: { name } }] : [];
  }),
);
