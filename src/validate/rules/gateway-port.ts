import { getArray, getNumber, getString } from '../../std/index.ts';
import { formatTarget, listOne } from './lookup.ts';
import { isService, listBackends } from './routes.ts';
import { ERROR, type Rule } from './rule.ts';

/** Requests that a route sends to a port which its Service does not have are answered with 500. */
export const gatewayPort: Rule = {
  code: 'KR0037',
  find: (world) =>
    listBackends(world).flatMap((backend) => {
      const service = isService(backend) ? world.get(backend.target) : undefined;
      const port = getNumber(backend.reference, 'port');
      if (service === undefined || port === undefined || getString(service, 'spec', 'type') === 'ExternalName') return [];
      const ports = getArray(service, 'spec', 'ports').flatMap((item) => getNumber(item, 'port') ?? []);
      if (ports.includes(port)) return [];
      return [
        {
          referrer: backend.route,
          path: [...backend.path, 'port'],
          target: `port ${port} of ${formatTarget(backend.target)}`,
          data: { ports: ports.length === 0 ? ['none'] : ports },
          severity: ERROR,
          isCertain: true as const,
          findTargets: (other) => listOne(other.get(backend.target)),
        },
      ];
    }),
};
