import { listNodeLosses, loseNodes, schedule } from '../../src/engine/scheduler/index.ts';
import { parseJson, sha256, stringifyJson, type JsonObject } from '../../src/std/index.ts';
import { makeCluster, readSize } from './cluster-world.ts';
import { measureWork } from './measure.ts';
import { putPods } from './put-pods.ts';

// A program: loses every node of one cluster in turn, which is described by its one argument as JSON, and the last of them again by
// asking every plugin about every node for each pod. Prints what each took, the first with placing the pods before, and hashes of what
// becomes of the pods of the last ones.

const LAST = 20;

type Losses = ReturnType<typeof loseNodes>;

const listLost = (losses: Losses): readonly string[] =>
  losses.flatMap(({ lost }) =>
    lost.map(({ pod, from, to, recovery, message }) => `${pod} ${from} ${to ?? '-'} ${recovery} ${message ?? ''}`),
  );

const world = makeCluster(readSize(parseJson(process.argv[2] ?? '{}')));
world.byKind('', 'Pod');
const cases = listNodeLosses(world);
const fast = await measureWork(() => loseNodes(world, cases, {}));
const memoryMB = process.resourceUsage().maxRSS / 1024;
const placed = putPods(world, schedule(world).placements);
const way = { way: 'plain' } as const;
loseNodes(placed, [], way);
const setUp = await measureWork(() => loseNodes(placed, [], way));
const plain = await measureWork(() => loseNodes(placed, cases.slice(-LAST), way));
const toRow = (losses: Losses): JsonObject => ({ pods: listLost(losses).length, hash: sha256(listLost(losses.slice(-LAST)).join('\n')) });
console.log(
  stringifyJson({
    fast: { wallMs: fast.wallMs, cpuMs: fast.cpuMs, memoryMB, ...toRow(fast.answer) },
    plain: { wallMs: plain.wallMs - setUp.wallMs, cpuMs: plain.cpuMs - setUp.cpuMs, ...toRow(plain.answer) },
  }),
);
