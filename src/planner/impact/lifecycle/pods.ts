import { resolveFenceposts } from '../../../engine/controllers/index.ts';
import {
  formatRef,
  namespaceOf,
  podTemplateOf,
  readMapSelector,
  refOf,
  SELECT_NONE,
  toScaledValue,
  type Fact,
  type KubernetesObject,
  type Selector,
  type World,
} from '../../../model/index.ts';
import { getArray, getAt, getNumber, getObject, getString, isEqualJson, toPointer, type JsonValue } from '../../../std/index.ts';
import { listSelected, listSelecting, replicasOf } from './selected.ts';
import { toFact, type Judge, type Transition } from './transition.ts';

/** What the API server fills in (`core/v1/defaults.go`), in seconds. */
const GRACE_PERIOD = 30;

/** What a changed workload does to its pods beside restarting them. */
export const judgePods: Judge = (transition) => [
  ...findLostProbes(transition),
  ...findAllAtOnce(transition),
  ...findNoPods(transition),
  ...findShorterEnd(transition),
];

/** Containers without a readiness probe count as ready once they run (`pkg/kubelet/prober`). */
function findLostProbes({ was, is }: Transition): readonly Fact[] {
  const [old, template] = [podTemplateOf(was ?? NONE), podTemplateOf(is ?? NONE)];
  if (is === undefined || old === undefined || template === undefined) return [];
  const had = new Set(getArray(old.spec, 'containers').flatMap((container) => (hasProbe(container) ? [nameIn(container)] : [])));
  return getArray(template.spec, 'containers').flatMap((container, index) => {
    const name = nameIn(container);
    if (!had.has(name) || hasProbe(container)) return [];
    const path = toPointer([...template.path, 'spec', 'containers', index, 'readinessProbe']);
    return [toFact('KP0401', is, { severity: 'warning', path, data: { container: name }, detail: name })];
  });
}

const NONE: KubernetesObject = { apiVersion: '', kind: '', metadata: {} };

function hasProbe(container: JsonValue): boolean {
  return getObject(container, 'readinessProbe') !== undefined;
}

function nameIn(container: JsonValue): string {
  return getString(container, 'name') ?? '';
}

/** Updates that leave no pod running, where they left some until now. */
function findAllAtOnce({ was, is }: Transition): readonly Fact[] {
  if (was === undefined || is === undefined) return [];
  const field = is.kind === 'Deployment' ? 'strategy' : 'updateStrategy';
  const [old, strategy] = [getAt(was, 'spec', field), getAt(is, 'spec', field)];
  if (isEqualJson(old ?? null, strategy ?? null)) return [];
  const pods = is.kind === 'DaemonSet' ? undefined : replicasOf(is);
  if (pods === 0 || !takesAll(is.kind, strategy, pods) || takesAll(is.kind, old, pods)) return [];
  const severity = pods === 1 ? 'info' : 'warning';
  const data = { pods: pods === undefined ? 'all its pods' : pods === 1 ? 'its one pod' : `all its ${pods} pods` };
  return [toFact('KP0402', is, { severity, path: `/spec/${field}`, data })];
}

function takesAll(kind: string, strategy: JsonValue | undefined, pods: number | undefined): boolean {
  const type = getString(strategy, 'type');
  if (type === 'Recreate') return true;
  if (type === 'OnDelete') return false;
  if (kind === 'Deployment') return resolveFenceposts(getAt(strategy, 'rollingUpdate'), pods ?? 1).maxUnavailable >= (pods ?? 1);
  // Of a DaemonSet on nodes that are not known only a share tells; what a StatefulSet does at once is off by default.
  return kind === 'DaemonSet' && typeof getAt(strategy, 'rollingUpdate', 'maxUnavailable') === 'string' && shareOf(strategy) >= 100;
}

function shareOf(strategy: JsonValue | undefined): number {
  return toScaledValue(getAt(strategy, 'rollingUpdate', 'maxUnavailable') ?? 0, 100, 'up') ?? 0;
}

/** Workloads that have no pod any more, and the Services that had none but theirs. */
function findNoPods({ was, is, after }: Transition): readonly Fact[] {
  if (was === undefined || is === undefined || is.kind === 'DaemonSet' || replicasOf(is) !== 0 || replicasOf(was) <= 0) return [];
  const empty = listEmptied(is, after);
  const services = empty.length === 0 ? '' : `; ${empty.join(', ')} ${empty.length === 1 ? 'has' : 'have'} no endpoint left`;
  return [toFact('KP0403', is, { severity: 'warning', path: '/spec/replicas', data: { from: replicasOf(was), services } })];
}

function listEmptied(workload: KubernetesObject, after: Transition['after']): readonly string[] {
  const services = after.derive(listServices).get(workload) ?? [];
  return services.flatMap((service) => {
    const behind = listSelected(after, namespaceOf(service), selectorOf(service));
    return behind.every((each) => replicasOf(each) === 0) ? [formatRef(refOf(service))] : [];
  });
}

/** The Services of each workload. */
function listServices(world: World): ReadonlyMap<KubernetesObject, readonly KubernetesObject[]> {
  return listSelecting(world, world.byKind('', 'Service'), selectorOf);
}

function selectorOf(service: KubernetesObject): Selector {
  return readMapSelector(getObject(service, 'spec', 'selector')) ?? SELECT_NONE;
}

/** Pods that get less time to end by themselves before they are killed. */
function findShorterEnd({ was, is }: Transition): readonly Fact[] {
  const [old, template] = [podTemplateOf(was ?? NONE), podTemplateOf(is ?? NONE)];
  if (is === undefined || old === undefined || template === undefined) return [];
  const [from, to] = [graceOf(old.spec), graceOf(template.spec)];
  if (to >= from) return [];
  const path = toPointer([...template.path, 'spec', 'terminationGracePeriodSeconds']);
  const sleeps = getArray(template.spec, 'containers').map((each) => getNumber(each, 'lifecycle', 'preStop', 'sleep', 'seconds') ?? 0);
  const sleep = Math.max(0, ...sleeps);
  const note = to === 0 ? ': they are killed at once' : sleep >= to ? `, and preStop sleeps ${sleep} s of them` : '';
  return [toFact('KP0406', is, { severity: note === '' ? 'info' : 'warning', path, data: { from, to, note } })];
}

function graceOf(spec: JsonValue): number {
  return getNumber(spec, 'terminationGracePeriodSeconds') ?? GRACE_PERIOD;
}
