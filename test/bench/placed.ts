import { schedule } from '../../src/engine/scheduler/index.ts';
import { nameOf, namespaceOf } from '../../src/model/index.ts';
import { parseJson, stringifyJson } from '../../src/std/index.ts';
import { makeCluster, readSize } from './cluster-world.ts';
import { measureWork } from './measure.ts';

// A program: places the pods of one cluster, which is described by its first argument as JSON, as often as the second says. Prints
// what the first run took, in a process that has just started, and what the run of the median did; where pods went; and the question
// for the oracle: the same pods in the same order.

const size = readSize(parseJson(process.argv[2] ?? '{}'));
const runs = [];
for (let run = 0; run < Number(process.argv[3] ?? 1); run++) {
  const world = makeCluster(size);
  world.byKind('', 'Pod');
  runs.push(await measureWork(() => schedule(world).placements));
}
const [first] = runs;
const median = runs.toSorted((a, b) => a.cpuMs - b.cpuMs)[Math.floor(runs.length / 2)];
const world = makeCluster(size);
const pods = new Map(world.byKind('', 'Pod').map((pod) => [`${namespaceOf(pod) ?? ''}/${nameOf(pod)}`, pod]));
const [pod = null, ...next] = (median?.answer ?? []).map((placement) => pods.get(placement.pod) ?? null);
const objects = world.objects().filter(({ kind }) => kind !== 'Pod');
console.log(
  stringifyJson({
    wallMs: median?.wallMs ?? 0,
    cpuMs: median?.cpuMs ?? 0,
    firstMs: first?.cpuMs ?? 0,
    nodes: (median?.answer ?? []).map(({ node }) => node ?? ''),
    question: { objects, pod, next },
  }),
);
