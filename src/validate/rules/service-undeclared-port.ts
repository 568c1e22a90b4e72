import { readMapSelector, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getAt, getNumber, getString, sortedUnique } from '../../std/index.ts';
import { listDeclaredPorts } from './declared-ports.ts';
import { formatObject, namespaceOrNone } from './lookup.ts';
import { DOUBTFUL, type DanglingReference, type Rule } from './rule.ts';
import { selectWorkloads } from './workloads.ts';

/** A Service port with a number that none of its pods declares is likely to lead nowhere: what containers declare does not bind them. */
export const serviceUndeclaredPort: Rule = {
  code: 'KR0040',
  isOfManifests: true,
  find: (world) => world.byKind('', 'Service').flatMap((service) => findUndeclared(world, service)),
};

function findUndeclared(world: World, service: KubernetesObject): readonly DanglingReference[] {
  const selector = readMapSelector(getAt(service, 'spec', 'selector'));
  const numbers = getArray(service, 'spec', 'ports').flatMap((port, index) => {
    const target = getAt(port, 'targetPort');
    const number = target === undefined ? getNumber(port, 'port') : getNumber(port, 'targetPort');
    if (number === undefined) return [];
    const field = target === undefined ? 'port' : 'targetPort';
    return [{ number, key: `${number}/${getString(port, 'protocol') ?? 'TCP'}`, path: ['spec', 'ports', index, field] }];
  });
  if (selector === undefined || numbers.length === 0 || getString(service, 'spec', 'clusterIP') === 'None') return [];
  const namespace = namespaceOrNone(service);
  const workloads = selectWorkloads(world, namespace, selector);
  const [first] = workloads;
  const declared = workloads.map(({ template }) => listDeclaredPorts(template.spec));
  if (first === undefined || declared.some((ports) => ports.size === 0)) return [];
  const all = new Set(declared.flatMap((ports) => [...ports]));
  return numbers
    .filter(({ key }) => !all.has(key))
    .map(({ key, path }) => ({
      referrer: service,
      path,
      target: `port ${key} of ${formatObject(first.object)}${workloads.length === 1 ? '' : ` and ${workloads.length - 1} more`}`,
      data: { ports: sortedUnique(all) },
      severity: DOUBTFUL,
      isCertain: true as const,
      findTargets: (other: World) => selectWorkloads(other, namespace, selector).map((workload) => workload.object),
    }));
}
