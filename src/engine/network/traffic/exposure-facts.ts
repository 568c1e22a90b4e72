import { compareStrings } from '../../../std/index.ts';
import { compareRefs, formatRef, refOf, toRefKey, type Fact, type FactChange, type ObjectRef, type World } from '../../../model/index.ts';
import { formatAddresses } from '../address.ts';
import { readModel } from '../model.ts';
import type { Exposure } from './exposure.ts';
import { listExposures } from './exposures.ts';

/**
 * Which workloads a change opens to the outside, and which it closes: one fact for a workload and the ways that come or go.
 * A way that only nodes or proxies which nobody knows might stop counts as open. Of workloads that go nothing is told.
 */
export function listExposureChanges(before: World, after: World): readonly FactChange[] {
  const [was, is] = [groupOpen(before), groupOpen(after)];
  return [
    ...[...is].flatMap(([key, ways]) => toChange([before, after], 'gained', ways, was.get(key))),
    ...[...was].flatMap(([key, ways]) => (isThere(after, ways) ? toChange([before, after], 'lost', ways, is.get(key)) : [])),
  ];
}

type Ways = ReadonlyMap<string, Exposure>;

function groupOpen(world: World): ReadonlyMap<string, Ways> {
  const groups = new Map<string, Map<string, Exposure>>();
  for (const exposure of listExposures(world)) {
    if (exposure.state === 'blocked') continue;
    const key = toRefKey(exposure.workload.ref);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = new Map()));
    group.set(describeWay(exposure), exposure);
  }
  return groups;
}

function isThere(world: World, ways: Ways): boolean {
  const [first] = ways.values();
  return first !== undefined && world.get(first.workload.ref) !== undefined;
}

/** A way for people: `TCP 443 of shop.example.com by Ingress shop/web`. */
export function describeWay({ kind, protocol, port, host, hops, target, sources }: Exposure): string {
  const asked = `${protocol} ${port ?? 'on a port that the cluster chooses'}${host === '' ? '' : ` of ${host}`}`;
  const outer = hops.find(({ ref }) => ref.kind !== 'Service') ?? hops[0];
  const by = outer === undefined ? kind : `${WORDS[kind]} ${formatRef(outer.ref)}`;
  const who = formatAddresses(sources);
  return `${asked} by ${by.trim()} to its port ${target}${who === 'any address' ? '' : `, from ${who}`}`;
}

const WORDS: Readonly<Record<Exposure['kind'], string>> = {
  externalIP: 'the external IP of',
  gateway: '',
  hostNetwork: 'the network of its nodes:',
  hostPort: 'a port of its nodes:',
  ingress: '',
  loadBalancer: 'the load balancer of',
  nodePort: 'a node port of',
  route: '',
};

function toChange(worlds: readonly World[], change: FactChange['change'], ways: Ways, others: Ways | undefined): readonly FactChange[] {
  const own = [...ways].filter(([key]) => others?.has(key) !== true);
  const [first] = own;
  if (first === undefined) return [];
  const exposures = own.map(([, exposure]) => exposure);
  const { workload } = first[1];
  const texts = own.map(([text]) => text).toSorted(compareStrings);
  const data = {
    workload: workload.name,
    by: texts.length > SHOWN ? `${texts.slice(0, SHOWN - 1).join('; ')}; and ${texts.length - SHOWN + 1} more ways` : texts.join('; '),
    ways: texts,
    scope: exposures.some(({ scope }) => scope === 'internet') ? 'internet' : 'network',
    still: others === undefined ? 'not at all' : 'by other ways',
  };
  const fact: Fact = {
    engine: 'network',
    code: change === 'gained' ? 'KN0104' : 'KN0105',
    severity: 'warning',
    key: `exposure ${workload.name} ${texts.join()}`,
    subject: workload.ref,
    data,
    objects: listObjects(worlds, exposures),
  };
  return [{ change, fact }];
}

const SHOWN = 3;

/** All that ways hang on, before and after: what leads in, the workload, policies that select it, and grants of the Gateway API. */
function listObjects(worlds: readonly World[], exposures: readonly Exposure[]): Fact['objects'] {
  const refs = exposures.flatMap(({ workload, hops }): readonly ObjectRef[] => [
    ...hops.map(({ ref }) => ref),
    workload.ref,
    ...worlds.flatMap((world) => listDeciding(world, workload.ref)),
  ]);
  const byKey = new Map(refs.map((ref) => [toRefKey(ref), ref]));
  return [...byKey.values()].toSorted(compareRefs).map((ref) => ({ ref }));
}

function listDeciding(world: World, ref: ObjectRef): readonly ObjectRef[] {
  const { evaluation, slotOf, workloads } = readModel(world);
  const key = toRefKey(ref);
  const workload = workloads.find((item) => toRefKey(item.ref) === key);
  const policies = workload === undefined ? [] : evaluation.selecting('ingress', slotOf.get(workload) ?? -1);
  const grants = world.kind('gateway.networking.k8s.io', 'ReferenceGrant').inNamespace(ref.namespace);
  return [...policies.map((policy) => policy.ref), ...grants.map(refOf)];
}
