import { schedule } from '../../src/engine/scheduler/index.ts';
import type { Placement } from '../../src/model/index.ts';
import { parseJson, sha256 } from '../../src/std/index.ts';
import { makeCluster, readSize } from './cluster-world.ts';
import { measureWork } from './measure.ts';
import { putPods } from './put-pods.ts';

// A program: places the pods of one cluster, which is described by its one argument as JSON, a few times more from nothing once the
// program is warm, and then the last of them again by asking every plugin about every node, with the others where they were put.
// Prints what each took, of the warm runs the median, and hashes of the decisions.

const LAST = 1000;
const RUNS = 3;

const hashOf = (placements: readonly Placement[]): string =>
  sha256(placements.map(({ pod, node, feasible, score }) => `${pod} ${node ?? '-'} ${feasible} ${score ?? '-'}`).join('\n'));

const size = readSize(parseJson(process.argv[2] ?? '{}'));
const world = makeCluster(size);
world.byKind('', 'Pod');
const fast = await measureWork(() => schedule(world).placements);
const peak = process.resourceUsage().maxRSS / 1024;
const again = [];
for (let run = 0; run < RUNS; run++) again.push(await measureWork(() => schedule(world).placements));
const [warm = fast] = again.toSorted((a, b) => a.wallMs - b.wallMs).slice(Math.floor(RUNS / 2));
const last = fast.answer.slice(-LAST);
const rest = putPods(world, fast.answer.slice(0, -LAST));
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
    warm: { ...toRow(warm), hash: hashOf(warm.answer.slice(-LAST)), whole: hashOf(warm.answer) },
    plain: { wallMs: plain.wallMs - setUp.wallMs, cpuMs: plain.cpuMs - setUp.cpuMs, pods: LAST, hash: hashOf(plain.answer) },
  }),
);
