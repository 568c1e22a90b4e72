import { listNodeLosses, loseNodes } from '../../src/engine/scheduler/index.ts';
import { parseJson, sha256, stringifyJson } from '../../src/std/index.ts';
import { makeCluster, readSize } from './cluster-world.ts';
import { measureWork } from './measure.ts';

// A program: loses every node of one cluster in turn, which is described by its one argument as JSON. Prints what that took, placing the
// pods first included, and how many pods had to find another node.

const world = makeCluster(readSize(parseJson(process.argv[2] ?? '{}')));
world.byKind('', 'Pod');
const { wallMs, cpuMs, answer } = await measureWork(() => loseNodes(world, listNodeLosses(world), {}));
const lost = answer.flatMap((loss) => loss.lost.map(({ pod, from, to }) => `${pod} ${from} ${to ?? '-'}`));
const memoryMB = process.resourceUsage().maxRSS / 1024;
console.log(stringifyJson({ wallMs, cpuMs, memoryMB, pods: lost.length, hash: sha256(lost.join('\n')) }));
