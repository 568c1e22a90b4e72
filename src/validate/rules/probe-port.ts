import { containersOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getString, type JsonObject, type Path } from '../../std/index.ts';
import { ERROR, type DanglingReference, type Rule } from './rule.ts';
import { listWorkloads } from './workloads.ts';

const HANDLERS: readonly Path[] = [
  ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) => [
    [probe, 'httpGet', 'port'],
    [probe, 'tcpSocket', 'port'],
  ]),
  ...['postStart', 'preStop'].flatMap((hook) => [
    ['lifecycle', hook, 'httpGet', 'port'],
    ['lifecycle', hook, 'tcpSocket', 'port'],
  ]),
];

const OWNERS = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'];

/** A probe or hook of a port name that its container does not have fails for ever. */
export const probePort: Rule = {
  code: 'KR0023',
  find: (world) =>
    listWorkloads(world).flatMap(({ object, template, controlled }) =>
      controlled
        ? []
        : containersOf(template.spec).flatMap((entry) =>
            findIn(object, entry.name, entry.container, [...template.path, 'spec', ...entry.path]),
          ),
    ),
};

function findIn(referrer: KubernetesObject, name: string, container: JsonObject, path: Path): readonly DanglingReference[] {
  if (OWNERS.every((field) => container[field] === undefined)) return [];
  const names = getArray(container, 'ports').flatMap((port) => getString(port, 'name') ?? []);
  return HANDLERS.flatMap((handler) => {
    const port = getString(container, ...handler);
    if (port === undefined || /^\d+$/.test(port) || names.includes(port)) return [];
    return [
      {
        referrer,
        path: [...path, ...handler],
        target: `port ${JSON.stringify(port)} of container ${JSON.stringify(name)}`,
        data: { ports: names.length === 0 ? ['none'] : names },
        severity: ERROR,
        isCertain: true,
        findTargets: () => [],
      },
    ];
  });
}
