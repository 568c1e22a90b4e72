import { containersOf, podTemplateOf } from '../../model/index.ts';
import { getNumber, sortedUnique, type Path } from '../../std/index.ts';
import { listDeclaredPorts } from './declared-ports.ts';
import { NOTE, type Rule } from './rule.ts';
import { listWorkloads } from './workloads.ts';

const PORTS: readonly Path[] = ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) =>
  ['grpc', 'httpGet', 'tcpSocket'].map((handler) => [probe, handler, 'port']),
);

/** A probe of a port that no container of the pod declares is worth a look: what containers declare does not bind them. */
export const probeUndeclaredPort: Rule = {
  code: 'KR0041',
  isOfManifests: true,
  find: (world) =>
    listWorkloads(world).flatMap(({ object, template, controlled }) => {
      if (controlled || podTemplateOf(object) === undefined) return [];
      const declared = listDeclaredPorts(template.spec);
      if (declared.size === 0) return [];
      return containersOf(template.spec).flatMap(({ name, container, path }) =>
        PORTS.flatMap((steps) => {
          const port = getNumber(container, ...steps);
          if (port === undefined || declared.has(`${port}/TCP`)) return [];
          return [
            {
              referrer: object,
              path: [...template.path, 'spec', ...path, ...steps],
              target: `port ${port} of container ${JSON.stringify(name)}`,
              data: { ports: sortedUnique(declared) },
              severity: NOTE,
              isCertain: true as const,
              findTargets: () => [],
            },
          ];
        }),
      );
    }),
};
