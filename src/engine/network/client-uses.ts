import { getArray, getNumber, getString, sortedUnique } from '../../std/index.ts';
import { containersOf, formatRef, podTemplateOf, type FactChange, type World } from '../../model/index.ts';
import { readModel } from './model.ts';
import { listMentions } from './suggest/mention.ts';
import { listEndpoints } from './traffic/endpoints.ts';
import { resolveName } from './traffic/name.ts';

const MANY = 8;

/** Closed connections, each with the Services by which their senders use them: those that they name and that lead there. */
export function tellUses(world: World, changes: readonly FactChange[]): readonly FactChange[] {
  return changes.map((change) => {
    const { fact } = change;
    const [sources, destinations] = [toNames(fact.data['sources']), toNames(fact.data['destinations'])];
    if (fact.code !== 'KN0102' || sources.length * destinations.length > MANY) return change;
    const ranges = getArray(fact.data, 'portRanges');
    const isClosed = (protocol: string, port: number): boolean =>
      ranges.some(
        (range) =>
          getString(range, 'protocol') === protocol && (getNumber(range, 'first') ?? 0) <= port && port <= (getNumber(range, 'last') ?? 0),
      );
    const uses = sources.flatMap((from) => listUsed(world, from, destinations, isClosed).map((service) => ({ from, service })));
    if (uses.length === 0) return change;
    const [names, services] = [uses.map(({ from }) => from), uses.map(({ service }) => service)].map(sortedUnique);
    const text = `: the way of ${(names ?? []).join(', ')} to ${(services ?? []).join(', ')}`;
    return { ...change, fact: { ...fact, data: { ...fact.data, because: text } } };
  });
}

function toNames(value: FactChange['fact']['data'][string] | undefined): readonly string[] {
  return getArray(value).flatMap((name) => (typeof name === 'string' ? [name] : []));
}

function listUsed(
  world: World,
  from: string,
  destinations: readonly string[],
  isClosed: (protocol: string, port: number) => boolean,
): readonly string[] {
  const workload = readModel(world).byName.get(from);
  const object = workload === undefined ? undefined : world.get(workload.ref);
  const template = object === undefined ? undefined : podTemplateOf(object);
  if (workload === undefined || template === undefined) return [];
  return containersOf(template.spec)
    .flatMap(({ container }) => listMentions(world, workload.namespace, container))
    .flatMap(({ host, port }) => {
      const named = resolveName(world, workload, host);
      if (named.kind !== 'service') return [];
      const { service } = named;
      const leads = service.ports
        .filter((own) => port === undefined || own.port === port)
        .some((own) =>
          listEndpoints(world, service, own).some(
            (endpoint) => destinations.includes(endpoint.end) && isClosed(endpoint.protocol, endpoint.port ?? own.port),
          ),
        );
      return leads ? [formatRef(service.ref)] : [];
    });
}
