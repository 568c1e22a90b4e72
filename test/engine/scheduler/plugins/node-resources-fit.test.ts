import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { node, pod, scoresOf, verdictsOf } from '../cluster-fixture.ts';

interface Case {
  readonly name: string;
  readonly allocatable?: JsonObject;
  readonly spec?: JsonObject;
  readonly requests?: JsonObject;
  readonly others?: readonly KubernetesObject[];
  readonly want: string;
}

const using = (requests: JsonObject): KubernetesObject => pod('other', { requests, on: 'n' });
const container = (requests: JsonObject, more: JsonObject = {}): JsonObject => ({ name: 'c', resources: { requests }, ...more });

const CASES: readonly Case[] = [
  { name: 'what fits', requests: { cpu: '4', memory: '8Gi' }, want: 'ok' },
  { name: 'more than the node has', requests: { cpu: '4001m' }, want: 'NodeResourcesFit!: Insufficient cpu' },
  {
    name: 'more than is left',
    requests: { memory: '5Gi' },
    others: [using({ memory: '4Gi' })],
    want: 'NodeResourcesFit: Insufficient memory',
  },
  {
    name: 'all reasons, hopeless if one is',
    requests: { cpu: '5', memory: '5Gi', 'ephemeral-storage': '11Gi' },
    others: [using({ memory: '4Gi' })],
    want: 'NodeResourcesFit!: Insufficient cpu, Insufficient memory, Insufficient ephemeral-storage',
  },
  {
    name: 'a pod that asks for nothing needs a slot',
    allocatable: { pods: '1' },
    others: [using({})],
    want: 'NodeResourcesFit: Too many pods',
  },
  { name: 'no allocatable pods at all', allocatable: { pods: '0' }, want: 'NodeResourcesFit: Too many pods' },
  {
    name: 'a slot and memory',
    allocatable: { pods: '1' },
    requests: { memory: '9Gi' },
    others: [using({})],
    want: 'NodeResourcesFit!: Too many pods, Insufficient memory',
  },
  {
    name: 'an extended resource the node has not',
    requests: { 'nvidia.com/gpu': '1' },
    want: 'NodeResourcesFit!: Insufficient nvidia.com/gpu',
  },
  { name: 'an extended resource it has', allocatable: { 'nvidia.com/gpu': '1' }, requests: { 'nvidia.com/gpu': '1' }, want: 'ok' },
  {
    name: 'an extended resource that is taken',
    allocatable: { 'nvidia.com/gpu': '1' },
    requests: { 'nvidia.com/gpu': '1' },
    others: [using({ 'nvidia.com/gpu': '1' })],
    want: 'NodeResourcesFit: Insufficient nvidia.com/gpu',
  },
  { name: 'zero of an extended resource', requests: { 'nvidia.com/gpu': '0' }, want: 'ok' },
  {
    name: 'huge pages',
    allocatable: { 'hugepages-2Mi': '4Mi' },
    requests: { 'hugepages-2Mi': '6Mi' },
    want: 'NodeResourcesFit!: Insufficient hugepages-2Mi',
  },
  {
    name: 'limits stand for missing requests',
    spec: { containers: [{ name: 'c', resources: { limits: { cpu: '5' } } }] },
    want: 'NodeResourcesFit!: Insufficient cpu',
  },
  {
    name: 'containers add up',
    spec: { containers: [container({ cpu: '3' }), container({ cpu: '2' })] },
    want: 'NodeResourcesFit!: Insufficient cpu',
  },
  {
    name: 'an init container counts for itself',
    spec: { containers: [container({ cpu: '1' })], initContainers: [container({ cpu: '4' })] },
    want: 'ok',
  },
  {
    name: 'the largest init container counts',
    spec: { containers: [container({ cpu: '1' })], initContainers: [container({ cpu: '5' })] },
    want: 'NodeResourcesFit!: Insufficient cpu',
  },
  {
    name: 'a sidecar adds to the containers',
    spec: { containers: [container({ cpu: '3' })], initContainers: [container({ cpu: '2' }, { restartPolicy: 'Always' })] },
    want: 'NodeResourcesFit!: Insufficient cpu',
  },
  {
    name: 'an init container after a sidecar runs beside it',
    spec: { containers: [container({})], initContainers: [container({ cpu: '2' }, { restartPolicy: 'Always' }), container({ cpu: '3' })] },
    want: 'NodeResourcesFit!: Insufficient cpu',
  },
  {
    name: 'an init container before a sidecar runs alone',
    spec: { containers: [container({})], initContainers: [container({ cpu: '3' }), container({ cpu: '2' }, { restartPolicy: 'Always' })] },
    want: 'ok',
  },
  {
    name: 'overhead is added',
    spec: { containers: [container({ cpu: '4' })], overhead: { cpu: '1m' } },
    want: 'NodeResourcesFit!: Insufficient cpu',
  },
  {
    name: 'pod-level requests replace those of containers',
    spec: { containers: [container({ cpu: '1' })], resources: { requests: { cpu: '5' } } },
    want: 'NodeResourcesFit!: Insufficient cpu',
  },
  {
    name: 'half thousandths are added before rounding',
    allocatable: { cpu: '1m' },
    spec: { containers: [container({ cpu: '0.0005' }), container({ cpu: '0.0005' })] },
    want: 'ok',
  },
  {
    name: 'a terminating pod still takes its room',
    requests: { cpu: '1' },
    others: [pod('other', { requests: { cpu: '4' }, on: 'n', metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })],
    want: 'NodeResourcesFit: Insufficient cpu',
  },
  {
    name: 'a failed pod takes none',
    requests: { cpu: '1' },
    others: [{ ...using({ cpu: '4' }), status: { phase: 'Failed' } }],
    want: 'ok',
  },
];

for (const { name, allocatable = {}, spec, requests, others = [], want } of CASES) {
  test(`NodeResourcesFit: ${name}`, () => {
    const fields = { ...(spec === undefined ? {} : { spec }), ...(requests === undefined ? {} : { requests }) };
    assert.deepEqual(verdictsOf([node('n', { allocatable }), ...others, pod('p', fields)]), { n: want });
  });
}

const TWO = [node('a', { allocatable: { cpu: '4', memory: '8Gi' } }), node('b', { allocatable: { cpu: '8', memory: '32Gi' } })];
const SCORES: readonly {
  name: string;
  plugin: string;
  objects: readonly KubernetesObject[];
  version?: string;
  want: Record<string, number | undefined>;
}[] = [
  {
    name: 'LeastAllocated takes the mean of what stays free',
    plugin: 'NodeResourcesFit',
    objects: [...TWO, pod('p', { requests: { cpu: '2', memory: '2Gi' } })],
    want: { a: 62, b: 84 },
  },
  {
    name: 'LeastAllocated counts 100m and 200Mi for what is not asked for',
    plugin: 'NodeResourcesFit',
    objects: [...TWO, pod('p')],
    want: { a: 97, b: 98 },
  },
  {
    name: 'LeastAllocated counts an explicit 0 as 0',
    plugin: 'NodeResourcesFit',
    objects: [...TWO, pod('p', { requests: { cpu: '0', memory: '0' } })],
    want: { a: 100, b: 100 },
  },
  {
    name: 'BalancedAllocation compares before and after since 1.36',
    plugin: 'NodeResourcesBalancedAllocation',
    objects: [...TWO, pod('p', { requests: { cpu: '2', memory: '2Gi' } })],
    want: { a: 68, b: 70 },
  },
  {
    name: 'BalancedAllocation looked at after alone until 1.35',
    plugin: 'NodeResourcesBalancedAllocation',
    objects: [...TWO, pod('p', { requests: { cpu: '2', memory: '2Gi' } })],
    version: '1.35',
    want: { a: 87, b: 90 },
  },
  {
    name: 'BalancedAllocation has nothing to say of a pod that asks for nothing',
    plugin: 'NodeResourcesBalancedAllocation',
    objects: [...TWO, pod('p')],
    want: { a: undefined, b: undefined },
  },
];

for (const { name, plugin, objects, version, want } of SCORES) {
  test(`score: ${name}`, () => {
    assert.deepEqual(scoresOf(objects, plugin, version), want);
  });
}
