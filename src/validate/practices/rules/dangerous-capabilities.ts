import { getArray } from '../../../std/index.ts';
import { practiceOfContainers, type Practice } from '../practice.ts';

const DANGEROUS = new Set(['ALL', 'BPF', 'DAC_READ_SEARCH', 'NET_ADMIN', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_PTRACE', 'SYS_RAWIO']);

/** Some capabilities are as good as root. */
export const dangerousCapabilities: Practice = practiceOfContainers('KB0108', 'security', ({ container }) =>
  getArray(container, 'securityContext', 'capabilities', 'add').flatMap((item, index) =>
    typeof item === 'string' && DANGEROUS.has(item.toUpperCase())
      ? [{ path: ['securityContext', 'capabilities', 'add', index], data: { capability: item } }]
      : [],
  ),
);
