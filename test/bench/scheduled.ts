import { schedule } from '../../src/engine/scheduler/index.ts';
import { nameOf, namespaceOf, World, type KubernetesObject, type Placement } from '../../src/model/index.ts';
import { getObject, parseJson, sha256 } from '../../src/std/index.ts';
import { makeCluster, readSize } from './cluster-world.ts';
import { measureWork } from './measure.ts';

// A program: places the pods of one cluster, which is described by its one argument as JSON, and then the last of them again by
// asking every plugin about every node, with the others where they were put. Prints what each took and hashes of the decisions.

const LAST = 1000;

const hashOf = (placements: readonly Placement[]): string =>
  sha256(placements.map(({ pod, node, feasible, score }) => `${pod} ${node ?? '-'} ${feasible} ${score ?? '-'}`).join('\n'));

/** The world with pods put where a schedule says, except those that were decided last. */
function putAllBut(last: number, world: World, placements: readonly Placement[]): World {
  const nodes = new Map(placements.slice(0, placements.length - last).map(({ pod, node }) => [pod, node]));
  const put = (pod: KubernetesObject): KubernetesObject => {
    const node = nodes.get(`${namespaceOf(pod) ?? ''}/${nameOf(pod)}`);
    return typeof node === 'string' ? { ...pod, spec: { ...getObject(pod, 'spec'), nodeName: node } } : pod;
  };
  return world.with(world.byKind('', 'Pod').map(put));
}

const size = readSize(parseJson(process.argv[2] ?? '{}'));
const world = makeCluster(size);
world.byKind('', 'Pod');
const fast = await measureWork(() => schedule(world).placements);
const peak = process.resourceUsage().maxRSS / 1024;
const last = fast.answer.slice(-LAST);
const rest = putAllBut(LAST, world, fast.answer);
const way = { way: 'plain' } as const;
const placed = rest.without(
  last.map(({ pod }) => ({ group: '', kind: 'Pod', namespace: pod.split('/')[0] ?? '', name: pod.split('/')[1] ?? '' })),
);
schedule(placed, way);
const setUp = await measureWork(() => schedule(placed, way));
const plain = await measureWork(() => schedule(rest, way).placements);
const toRow = ({ wallMs, cpuMs }: { readonly wallMs: number; readonly cpuMs: number }): object => ({ wallMs, cpuMs });
console.log(
  JSON.stringify({
    fast: { ...toRow(fast), memoryMB: peak, hash: hashOf(last), whole: hashOf(fast.answer) },
    plain: { wallMs: plain.wallMs - setUp.wallMs, cpuMs: plain.cpuMs - setUp.cpuMs, pods: LAST, hash: hashOf(plain.answer) },
  }),
);
