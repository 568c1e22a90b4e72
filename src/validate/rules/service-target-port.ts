import { containersOf, readMapSelector, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getAt, getString, sortedUnique, type JsonObject } from '../../std/index.ts';
import { formatObject, namespaceOrNone } from './lookup.ts';
import { ERROR, type DanglingReference, type Rule } from './rule.ts';
import { selectWorkloads, type Workload } from './workloads.ts';

/** A Service port that targets a name which no container of its pods has leads nowhere. */
export const serviceTargetPort: Rule = {
  code: 'KR0022',
  find: (world) => world.byKind('', 'Service').flatMap((service) => findPorts(world, service)),
};

function findPorts(world: World, service: KubernetesObject): readonly DanglingReference[] {
  const selector = readMapSelector(getAt(service, 'spec', 'selector'));
  const named = getArray(service, 'spec', 'ports').flatMap((port, index) => {
    const name = getString(port, 'targetPort');
    return name === undefined || name === '' ? [] : [{ name, index }];
  });
  if (selector === undefined || named.length === 0) return [];
  const namespace = namespaceOrNone(service);
  const workloads = selectWorkloads(world, namespace, selector);
  const names = new Set(workloads.flatMap(({ template }) => listPortNames(template.spec)));
  if (workloads.length === 0) return [];
  return named
    .filter(({ name }) => !names.has(name))
    .map(({ name, index }) => ({
      referrer: service,
      path: ['spec', 'ports', index, 'targetPort'],
      target: `port ${JSON.stringify(name)} of ${describeWorkloads(workloads)}`,
      data: { ports: names.size === 0 ? ['none'] : sortedUnique(names) },
      severity: ERROR,
      isCertain: true as const,
      findTargets: (other: World) => selectWorkloads(other, namespace, selector).map((workload) => workload.object),
    }));
}

const known = new WeakMap<JsonObject, readonly string[]>();

function listPortNames(spec: JsonObject): readonly string[] {
  let names = known.get(spec);
  if (names === undefined) known.set(spec, (names = readPortNames(spec)));
  return names;
}

function readPortNames(spec: JsonObject): readonly string[] {
  return containersOf(spec).flatMap(({ container }) => getArray(container, 'ports').flatMap((port) => getString(port, 'name') ?? []));
}

function describeWorkloads(workloads: readonly Workload[]): string {
  const [first] = workloads;
  const more = workloads.length - 1;
  return `${first === undefined ? '' : formatObject(first.object)}${more === 0 ? '' : ` and ${more} more`}`;
}
