import { createEngines } from '../../src/engine/index.ts';
import { World, type FactChange, type KubernetesObject } from '../../src/model/index.ts';
import { getArray, getObject, isObject, parseJson, sha256, stringifyJson } from '../../src/std/index.ts';
import { makeCluster, readSize } from './cluster-world.ts';
import { measureWork } from './measure.ts';

// A program: what one changed workload leads to in a cluster of which the rest is known. Its argument describes the cluster as JSON.
// Prints what a change takes, from the changed world to what all engines say of it (the median of some), what the same question takes
// of engines that have seen nothing before, and hashes of both answers.

const REQUESTS = ['1000m', '1100m', '1200m', '1300m'];

const size = readSize(parseJson(process.argv[2] ?? '{}'));
const before = toWorkloads(makeCluster({ ...size, pods: size.classes }), size.pods / size.classes);
const [first = before, ...others] = REQUESTS.map((cpu) => withRequest(before, cpu));
const engines = createEngines();
compareAll(before, first);
const runs = [];
for (const after of others) runs.push({ after, ...(await measureWork(() => compareAll(before, after))) });
const memoryMB = process.resourceUsage().maxRSS / 1024;
const again = runs.toSorted((a, b) => a.cpuMs - b.cpuMs)[Math.floor(runs.length / 2)];
if (again === undefined) throw new Error('nothing was measured');
// Of the last change, so that the same is told each time, whichever took how long.
const last = runs.at(-1) ?? again;
const [from, to] = [copyOf(before), copyOf(last.after)];
const fresh = await measureWork(() => compareAll(from, to, createEngines()));
console.log(
  stringifyJson({
    again: { wallMs: again.wallMs, cpuMs: again.cpuMs, memoryMB, hash: hashOf(last.answer) },
    fresh: { wallMs: fresh.wallMs, cpuMs: fresh.cpuMs, hash: hashOf(fresh.answer) },
  }),
);

function compareAll(was: World, is: World, asked = engines): readonly FactChange[] {
  return asked.flatMap((engine) => engine.compare(was, is));
}

function hashOf(changes: readonly FactChange[]): string {
  return sha256(JSON.stringify(changes));
}

/** The world with a Deployment of so many replicas for each of its ReplicaSets, and without pods. */
function toWorkloads(world: World, replicas: number): World {
  return World.of(
    world.objects().flatMap((object): KubernetesObject[] => {
      if (object.kind === 'Pod') return [];
      return [object.kind === 'ReplicaSet' ? { ...object, kind: 'Deployment', spec: { ...getObject(object, 'spec'), replicas } } : object];
    }),
  );
}

/** The world in which the Deployment in the middle asks for so much CPU. */
function withRequest(world: World, cpu: string): World {
  const deployments = world.byKind('apps', 'Deployment');
  const deployment = deployments[Math.floor(deployments.length / 2)];
  if (deployment === undefined) throw new Error('no Deployment');
  const template = getObject(deployment, 'spec', 'template') ?? {};
  const containers = getArray(template, 'spec', 'containers').map((container) =>
    isObject(container) ? { ...container, resources: { requests: { ...getObject(container, 'resources', 'requests'), cpu } } } : container,
  );
  const spec = { ...getObject(template, 'spec'), containers };
  return world.with([{ ...deployment, spec: { ...getObject(deployment, 'spec'), template: { ...template, spec } } }]);
}

function copyOf(world: World): World {
  return World.of(world.objects().map((object) => structuredClone(object)));
}
