import { getArray, getNumber, getString } from '../../std/index.ts';
import { listHostNames } from './host-names.ts';
import { formatTarget, listOne } from './lookup.ts';
import { DOUBTFUL, type Rule } from './rule.ts';

/** Connections to a port that the Service does not have are refused. Of a headless Service the pods are reached, at any port. */
export const hostPort: Rule = {
  code: 'KR0046',
  find: (world) =>
    listHostNames(world).flatMap(({ referrer, path, text, service: name, namespace, port }) => {
      const target = { group: '', kind: 'Service', namespace, name };
      const service = port === undefined ? undefined : world.get(target);
      if (service === undefined || port === undefined || getString(service, 'spec', 'type') === 'ExternalName') return [];
      const ports = getArray(service, 'spec', 'ports').flatMap((item) => getNumber(item, 'port') ?? []);
      if (getString(service, 'spec', 'clusterIP') === 'None' || ports.includes(port)) return [];
      return [
        {
          referrer,
          path,
          target: `port ${port} of ${formatTarget(target)}`,
          data: { name: text, ports: ports.length === 0 ? ['none'] : ports },
          severity: DOUBTFUL,
          isCertain: true as const,
          findTargets: (other) => listOne(other.get(target)),
        },
      ];
    }),
};
