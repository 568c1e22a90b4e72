import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { node } from '../cluster-fixture.ts';
import { drain, running, workload } from './drain-fixture.ts';

const LOCAL = { volumes: [{ name: 'scratch', emptyDir: {} }] };
const DAEMON = workload('DaemonSet', 'app');
const SET = workload('ReplicaSet', 'app');
const [OF_SET, OF_DAEMON] = [{ owner: 'ReplicaSet' as const }, { owner: 'DaemonSet' as const }];

const CASES: readonly {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly flags?: Parameters<typeof drain>[2];
  readonly evicted?: readonly string[];
  readonly refusals?: readonly string[];
  readonly warnings?: readonly string[];
}[] = [
  { name: 'nothing to do', objects: [], evicted: [] },
  { name: 'a pod of a controller', objects: [SET, running('p', 'a', OF_SET)], evicted: ['p'] },
  {
    name: 'a bare pod',
    objects: [running('p', 'a'), SET, running('q', 'a', OF_SET)],
    refusals: ['Pods that declare no controller (use --force to override)'],
  },
  {
    name: 'a bare pod by force',
    objects: [running('p', 'a')],
    flags: { force: true },
    evicted: ['p'],
    warnings: ['deleting Pods that declare no controller'],
  },
  {
    name: 'a pod with local data',
    objects: [SET, running('p', 'a', { ...OF_SET, spec: LOCAL })],
    refusals: ['Pods with local storage (use --delete-emptydir-data to override)'],
  },
  {
    name: 'a pod with local data that may go, of a controller: the warning is dropped by the last filter',
    objects: [SET, running('p', 'a', { ...OF_SET, spec: LOCAL })],
    flags: { deleteEmptyDirData: true },
    evicted: ['p'],
  },
  {
    name: 'a bare pod with local data is refused for the first reason alone',
    objects: [running('p', 'a', { spec: LOCAL })],
    refusals: ['Pods with local storage (use --delete-emptydir-data to override)'],
  },
  {
    name: 'a pod of a DaemonSet',
    objects: [DAEMON, running('p', 'a', OF_DAEMON)],
    refusals: ['DaemonSet-managed Pods (use --ignore-daemonsets to ignore)'],
  },
  {
    name: 'a pod of a DaemonSet that may stay',
    objects: [DAEMON, running('p', 'a', OF_DAEMON)],
    flags: { ignoreDaemonSets: true },
    evicted: [],
    warnings: ['ignoring DaemonSet-managed Pods'],
  },
  {
    name: 'a pod of a DaemonSet that is gone',
    objects: [running('p', 'a', OF_DAEMON)],
    flags: { ignoreDaemonSets: true },
    refusals: ['daemonsets.apps "app" not found'],
  },
  {
    name: 'a pod of a DaemonSet that is gone, by force',
    objects: [running('p', 'a', OF_DAEMON)],
    flags: { force: true },
    evicted: ['p'],
  },
  {
    name: 'a mirror pod stays',
    objects: [running('p', 'a', { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } })],
    evicted: [],
  },
  {
    name: 'what has ended goes, whatever it is',
    objects: [running('p', 'a', { phase: 'Succeeded', spec: LOCAL }), running('q', 'a', { ...OF_DAEMON, phase: 'Failed' })],
    evicted: ['p', 'q'],
  },
  { name: 'pods of other nodes stay', objects: [running('p', 'b')], evicted: [] },
];

for (const { name, objects, flags = {}, evicted = [], refusals = [], warnings = [] } of CASES) {
  test(`drain: ${name}`, () => {
    const [result] = drain([node('a'), node('b'), ...objects], ['a'], flags);
    assert.deepEqual(
      {
        evicted: result?.evicted.map(({ pod }) => pod.replace('test/', '')),
        refusals: result?.refusals.map(({ message }) => message),
        warnings: result?.warnings.map(({ message }) => message),
        outcome: result?.outcome,
      },
      { evicted, refusals, warnings, outcome: refusals.length > 0 ? 'refused' : 'drained' },
    );
  });
}
