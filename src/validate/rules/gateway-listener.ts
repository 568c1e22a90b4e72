import { namespaceOf, readLabelSelector, isSelected, labelsOf, type World } from '../../model/index.ts';
import { getArray, getAt, getNumber, getString, type JsonValue } from '../../std/index.ts';
import { formatTarget, listOne, namespaceOrNone } from './lookup.ts';
import { GATEWAY_GROUP, listParents, type RouteReference } from './routes.ts';
import { ERROR, type DanglingReference, type Rule } from './rule.ts';

/** A route hangs on no listener of its Gateway that is not there or that admits no routes of its namespace (`allowedRoutes`). */
export const gatewayListener: Rule = {
  code: 'KR0035',
  find: (world) => listParents(world).flatMap((parent) => findRefused(world, parent)),
};

function findRefused(world: World, { route, path, reference, target }: RouteReference): readonly DanglingReference[] {
  const gateway = target.group === GATEWAY_GROUP && target.kind === 'Gateway' ? world.get(target) : undefined;
  if (gateway === undefined) return [];
  const listeners = getArray(gateway, 'spec', 'listeners');
  const [section, port] = [getString(reference, 'sectionName'), getNumber(reference, 'port')];
  const named = listeners.filter(
    (listener) =>
      (section === undefined || getString(listener, 'name') === section) && (port === undefined || getNumber(listener, 'port') === port),
  );
  // Listeners of a ListenerSet are named by the set.
  if (named.some((listener) => admits(world, listener, namespaceOrNone(route), target.namespace))) return [];
  const words = [section === undefined ? '' : ` ${JSON.stringify(section)}`, port === undefined ? '' : ` at port ${port}`].join('');
  const field = section === undefined ? (port === undefined ? 'name' : 'port') : 'sectionName';
  const why = named.length === 0 ? 'does not exist' : `admits no routes of namespace ${namespaceOrNone(route)}`;
  return [
    {
      referrer: route,
      path: [...path, named.length === 0 ? field : 'name'],
      target: `${words === '' ? 'a listener' : `listener${words}`} of ${formatTarget(target)}`,
      data: { why, listeners: describeListeners(listeners) },
      severity: ERROR,
      isCertain: true,
      findTargets: (other) => listOne(other.get(target)),
    },
  ];
}

function admits(world: World, listener: JsonValue, namespace: string, own: string): boolean {
  switch (getString(listener, 'allowedRoutes', 'namespaces', 'from') ?? 'Same') {
    case 'Same':
      return namespace === own;
    case 'Selector': {
      const there = world.get({ group: '', kind: 'Namespace', name: namespace });
      const selector = readLabelSelector(getAt(listener, 'allowedRoutes', 'namespaces', 'selector'));
      // Labels of a namespace that is not known may be any.
      return there === undefined || namespaceOf(there) !== undefined || isSelected(selector, labelsOf(there));
    }
    default:
      return true;
  }
}

function describeListeners(listeners: readonly JsonValue[]): readonly string[] {
  const names = listeners.map((item) => `${getString(item, 'name') ?? ''} ${String(getNumber(item, 'port') ?? '')}`.trim());
  return names.length === 0 ? ['none'] : names;
}
