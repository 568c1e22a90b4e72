import { CONTROLLERS, isLimitOf, formatAmount, quotaStateOf, type Intent } from '../../../src/engine/controllers/index.ts';
import { nameOf, refOf, type KubernetesObject, type World } from '../../../src/model/index.ts';
import { compareStrings, getArray, getObject, getString, stringifyJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import type { Difference } from '../judge.ts';
import { NEWEST } from '../oracle-judge.ts';
import { findCreateError, type Outcome } from './run.ts';

const ASKED = ['daemon-set', 'deployment', 'job', 'pod-disruption-budget', 'replica-set', 'stateful-set'];

/** Parts of a status that other clocks or other names decide. */
const UNCOMPARED: ReadonlySet<string> = new Set([
  'collisionCount',
  'completionTime',
  'conditions',
  'disruptedPods',
  'lastScheduleTime',
  'ready',
  'startTime',
  'terminating',
  'terminatingReplicas',
  'uncountedTerminatedPods',
]);

/** What our controllers would still do, or say otherwise, in a cluster in which the real ones have nothing left to do. */
export function listFixpointDifferences(real: World, { objects }: Outcome): readonly Difference[] {
  const events = objects.filter((object) => object.kind === 'Event' && getString(object, 'reason') === 'FailedCreate');
  const failing = new Set([
    ...events.map((event) => getString(event, 'involvedObject', 'name') ?? ''),
    ...objects.filter((object) => findCreateError(object) !== undefined).map(nameOf),
  ]);
  const latest = Math.max(...objects.map((object) => Date.parse(getString(object.metadata, 'creationTimestamp') ?? '') || 0));
  const differences = CONTROLLERS.filter(({ name }) => ASKED.includes(name)).flatMap((controller) =>
    real
      .byKind(controller.kind.group, controller.kind.kind)
      .flatMap((object) => tell(object, controller.reconcile(real, object, { now: latest + 120_000 }), failing)),
  );
  return [...differences, ...listNameDifferences(real), ...listSliceDifferences(real), ...listQuotaDifferences(real)];
}

/** What keeps the templates of workloads, by their controllers. */
const KEEPERS: Readonly<Record<string, string>> = {
  deployment: 'ReplicaSet',
  'daemon-set': 'ControllerRevision',
  'stateful-set': 'ControllerRevision',
};

/** What our controllers would call the ReplicaSets and revisions that are there, were they not. */
function listNameDifferences(real: World): readonly Difference[] {
  return CONTROLLERS.flatMap((controller) => {
    const kind = KEEPERS[controller.name];
    if (kind === undefined) return [];
    const all = real.byKind('apps', kind);
    const bare = real.without(all.map(refOf));
    return real.byKind('apps', controller.kind.kind).flatMap((workload) => {
      const own = all.filter((object) => isControlledBy(object, workload)).map(nameOf);
      const intents = own.length === 0 ? [] : controller.reconcile(bare, workload, { now: 0, kubernetesVersion: NEWEST });
      const made = intents.flatMap((intent) => (intent.type === 'create' && intent.object.kind === kind ? [nameOf(intent.object)] : []));
      const wrong = made.find((name) => !own.includes(name));
      return wrong === undefined ? [] : [{ signature: `the name of a ${kind}`, ours: wrong, servers: own.join(' ') }];
    });
  });
}

function isControlledBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return getArray(object.metadata, 'ownerReferences').some((reference) => getString(reference, 'uid') === owner.metadata['uid']);
}

function tell(object: KubernetesObject, intents: readonly Intent[], failing: ReadonlySet<string>): readonly Difference[] {
  return intents.flatMap((intent): Difference[] => {
    switch (intent.type) {
      case 'requeueAt':
      case 'update':
        return [];
      case 'create':
        return failing.has(nameOf(object))
          ? []
          : [{ signature: `${object.kind}: a ${intent.object.kind} more`, ours: nameOf(intent.object), servers: '' }];
      case 'delete':
        return [{ signature: `${object.kind}: a ${intent.ref.kind} less`, ours: intent.ref.name, servers: stringifyJson(object) }];
      case 'updateStatus': {
        if (findCreateError(object) !== undefined) return [];
        const [ours, theirs] = [intent.object, object].map((item) => stringifyJson(showStatus(item)));
        return ours === theirs ? [] : [{ signature: `${object.kind}: another status`, ours: ours ?? '', servers: theirs ?? '' }];
      }
    }
  });
}

function showStatus(object: KubernetesObject): JsonValue {
  const status = getObject(object, 'status') ?? {};
  const fields = Object.entries(status).filter(([name, value]) => !UNCOMPARED.has(name) && value !== 0);
  const conditions = getArray(status, 'conditions').map(
    (item) => `${getString(item, 'type') ?? ''} ${getString(item, 'status') ?? ''} ${getString(item, 'reason') ?? ''}`,
  );
  return { ...Object.fromEntries(fields), conditions: conditions.toSorted(compareStrings) };
}

/** Which endpoints each Service has, by which ports; how they are spread over slices aside. */
function listSliceDifferences(real: World): readonly Difference[] {
  const controller = CONTROLLERS.find(({ name }) => name === 'endpoint-slice');
  const live = real.byKind('discovery.k8s.io', 'EndpointSlice');
  const bare = real.without(
    live.map((slice) => ({
      group: 'discovery.k8s.io',
      kind: 'EndpointSlice',
      namespace: getString(slice.metadata, 'namespace') ?? '',
      name: nameOf(slice),
    })),
  );
  return real.byKind('', 'Service').flatMap((service) => {
    const made =
      controller?.reconcile(bare, service, { now: 0 }).flatMap((intent) => (intent.type === 'create' ? [intent.object] : [])) ?? [];
    const theirs = live
      .filter((slice) => getString(slice.metadata, 'labels', 'kubernetes.io/service-name') === nameOf(service))
      .map((slice) => ({ ...slice, endpoints: getArray(slice, 'endpoints').filter((endpoint) => !isOfEnded(endpoint, real)) }));
    const [a, b] = [made, theirs].map((slices) => stringifyJson(showSlices(slices)));
    return a === b ? [] : [{ signature: 'the endpoints of a Service differ', ours: a ?? '', servers: b ?? '' }];
  });
}

/** KWOK leaves a pod that has ended ready, in which the real controller sees no change: its endpoint stays until something else happens. */
function isOfEnded(endpoint: JsonValue, real: World): boolean {
  const name = getString(endpoint, 'targetRef', 'name') ?? '';
  return real.byKind('', 'Pod').some((pod) => nameOf(pod) === name && getString(pod, 'status', 'phase') === 'Succeeded');
}

function showSlices(slices: readonly KubernetesObject[]): JsonValue {
  const byPorts = new Map<string, string[]>();
  for (const slice of slices) {
    const ports = stringifyJson(
      getArray(slice, 'ports')
        .map((port) => stringifyJson(port))
        .toSorted(compareStrings),
    );
    byPorts.set(ports, [...(byPorts.get(ports) ?? []), ...getArray(slice, 'endpoints').map((endpoint) => stringifyJson(endpoint))]);
  }
  const list = [...byPorts].filter(([, endpoints]) => endpoints.length > 0).toSorted(([x], [y]) => compareStrings(x, y));
  const labels = slices[0] === undefined ? {} : (getObject(slices[0].metadata, 'labels') ?? {});
  return { labels, list: list.map(([ports, endpoints]) => ({ ports, endpoints: endpoints.toSorted(compareStrings) })) };
}

function listQuotaDifferences(real: World): readonly Difference[] {
  const COUNTED: readonly (readonly [string, string, string])[] = [
    ['', 'Pod', 'pods'],
    ['apps', 'ReplicaSet', 'replicasets.apps'],
  ];
  return real.byKind('', 'ResourceQuota').flatMap((quota) => {
    const countables = COUNTED.flatMap(([group, kind, resource]) => real.byKind(group, kind).map((object) => ({ resource, object })));
    const { used } = quotaStateOf(quota, countables);
    const known = new Set([...used.keys()].filter((name) => COUNTED.some(([, , resource]) => isLimitOf(resource, name))));
    const show = (amounts: JsonObject): string =>
      stringifyJson(
        Object.fromEntries(
          Object.entries(amounts)
            .filter(([name]) => known.has(name))
            .toSorted(([x], [y]) => compareStrings(x, y)),
        ),
      );
    const [a, b] = [
      show(Object.fromEntries([...used].map(([name, amount]) => [name, formatAmount(amount)]))),
      show(getObject(quota, 'status', 'used') ?? {}),
    ];
    return a === b ? [] : [{ signature: 'the use of a quota differs', ours: a, servers: b }];
  });
}
