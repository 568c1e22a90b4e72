import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSchedulerConfiguration, schedule } from '../../../../src/engine/scheduler/index.ts';
import { World } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { node, pod } from '../cluster-fixture.ts';

const file = (more: JsonObject): JsonObject => ({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  ...more,
});
const profile = (more: JsonObject): JsonObject => file({ profiles: [more] });
const told = (name: string, args: JsonObject): JsonObject => profile({ pluginConfig: [{ name, args }] });
const at = 'profiles[0].pluginConfig[0].args';

const WRONG: readonly { readonly name: string; readonly file: JsonObject; readonly want: readonly string[] }[] = [
  {
    name: 'another kind',
    file: { apiVersion: 'v1', kind: 'ConfigMap' },
    want: ["couldn't decode as KubeSchedulerConfiguration, got v1, Kind=ConfigMap: "],
  },
  { name: 'a field that is none', file: file({ profile: [] }), want: ['strict decoding error: unknown field "profile"'] },
  {
    name: 'a point that is none',
    file: profile({ plugins: { scores: {} } }),
    want: ['strict decoding error: unknown field "profiles[0].plugins.scores"'],
  },
  {
    name: 'numbers out of range',
    file: file({ parallelism: 0, percentageOfNodesToScore: 101, podMaxBackoffSeconds: 0 }),
    want: [
      'parallelism: Invalid value: 0: should be an integer value greater than zero',
      'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]',
      'podMaxBackoffSeconds: Invalid value: 0: must be greater than or equal to PodInitialBackoffSeconds',
    ],
  },
  {
    name: 'two profiles without a name',
    file: file({ profiles: [{}, {}] }),
    want: [
      'profiles[0].schedulerName: Required value',
      'profiles[1].schedulerName: Required value',
      'profiles[1].schedulerName: Duplicate value: profiles[0].schedulerName',
    ],
  },
  {
    name: 'a plugin that is gone',
    file: profile({ plugins: { filter: { enabled: [{ name: 'EBSLimits' }] } } }),
    want: [
      'profiles[0].plugins.filter.enabled[0]: Invalid value: "EBSLimits": was invalid in version "kubescheduler.config.k8s.io/v1" ' +
        '(KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")',
    ],
  },
  {
    name: 'a plugin at a point that it does not know',
    file: profile({ plugins: { score: { enabled: [{ name: 'NodeName' }] } } }),
    want: ['plugin "NodeName" does not extend ScorePlugin plugin'],
  },
  {
    name: 'no plugin to sort and to bind',
    file: profile({ schedulerName: 'own', plugins: { multiPoint: { disabled: [{ name: '*' }] } } }),
    want: [
      'only one queue sort plugin required for profile with scheduler name "own", but got 0',
      'at least one bind plugin is needed for profile with scheduler name "own"',
    ],
  },
  {
    name: 'arguments for a plugin twice',
    file: profile({ pluginConfig: [{ name: 'NodeAffinity' }, { name: 'NodeAffinity' }] }),
    want: ['profiles[0].pluginConfig[1]: Duplicate value: "NodeAffinity"'],
  },
  {
    name: 'a weight out of range',
    file: told('InterPodAffinity', { hardPodAffinityWeight: 101 }),
    want: [`${at}.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]`],
  },
  {
    name: 'constraints where the system decides',
    file: told('PodTopologySpread', { defaultConstraints: [{ maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'Never' }] }),
    want: [
      `${at}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty`,
      `${at}.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf)`,
      `${at}.defaultConstraints[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"`,
    ],
  },
  {
    name: 'no candidates at all',
    file: told('DefaultPreemption', { minCandidateNodesAbsolute: 0, minCandidateNodesPercentage: 0 }),
    want: [
      `${at}.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute`,
      `${at}.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage`,
    ],
  },
  {
    name: 'resources that weigh',
    file: told('NodeResourcesBalancedAllocation', {
      resources: [
        { name: 'cpu', weight: 2 },
        { name: 'cpu', weight: 1 },
      ],
    }),
    want: [`${at}.resources[0].weight: Invalid value: 2: must be 1`, `${at}.resources[1].name: Duplicate value: "cpu"`],
  },
  {
    name: 'a strategy without its shape',
    file: told('NodeResourcesFit', { scoringStrategy: { type: 'RequestedToCapacityRatio' }, ignoredResourceGroups: ['a/b'] }),
    want: [
      'initializing plugin "NodeResourcesFit": [ignoredResourceGroups[0]: Invalid value: "a/b": resource group name can\'t contain \'/\', ' +
        'scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio]',
    ],
  },
  {
    name: 'a shape that falls back',
    file: told('NodeResourcesFit', {
      scoringStrategy: {
        type: 'RequestedToCapacityRatio',
        requestedToCapacityRatio: {
          shape: [
            { utilization: 50, score: 1 },
            { utilization: 50, score: 11 },
          ],
        },
      },
    }),
    want: [
      'initializing plugin "NodeResourcesFit": [scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 50: values must be ' +
        'sorted in increasing order, scoringStrategy.requestedToCapacityRatio.shape[1].score: Invalid value: 11: not in valid range [0, 10]]',
    ],
  },
  {
    name: 'two extenders that bind',
    file: file({ extenders: [{ bindVerb: 'bind' }, { bindVerb: 'bind', prioritizeVerb: 'rate' }] }),
    want: [
      'extenders[1].weight: Invalid value: 0: must have a positive weight applied to it',
      'extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind',
    ],
  },
];

for (const { name, file: given, want } of WRONG) {
  test(`a configuration is refused: ${name}`, () => {
    assert.deepEqual(
      readSchedulerConfiguration(given).problems.map(({ message }) => message),
      want,
    );
  });
}

test('what a configuration asks for and is not simulated is said', () => {
  const { problems, notes } = readSchedulerConfiguration(
    file({
      percentageOfNodesToScore: 50,
      extenders: [{ urlPrefix: 'http://extender' }],
      profiles: [{ plugins: { score: { enabled: [{ name: 'Mine' }] } }, pluginConfig: [{ name: 'DefaultPreemption' }] }],
    }),
  );
  assert.deepEqual(problems, []);
  assert.equal(notes.length, 4);
});

/** Where a pod of a scheduler goes, of the nodes a and b, of which a is half full. */
function placeWith(configuration: JsonObject, schedulerName: string): string | null | undefined {
  const { profiles, problems } = readSchedulerConfiguration(configuration);
  assert.deepEqual(problems, []);
  const nodes = [node('a'), node('b', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } })];
  const pods = [pod('o', { on: 'a', requests: { cpu: '2' } }), pod('p', { spec: { schedulerName }, requests: { cpu: '1' } })];
  return schedule(World.of([...nodes, ...pods]), { profiles }).placements[0]?.node;
}

test('pods go by the profile of their scheduler', () => {
  const fullest = { type: 'MostAllocated', resources: [{ name: 'cpu' }] };
  const blind = { filter: { disabled: [{ name: 'TaintToleration' }] } };
  const profiles = [
    { schedulerName: 'tight', plugins: blind, pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: fullest } }] },
    { schedulerName: 'wide', plugins: blind },
    { schedulerName: 'default-scheduler' },
  ];
  const configuration = file({ profiles });
  assert.equal(placeWith(configuration, 'tight'), 'a');
  assert.equal(placeWith(configuration, 'wide'), 'b');
  assert.equal(placeWith(configuration, 'default-scheduler'), 'a');
  assert.equal(placeWith(configuration, 'unknown'), undefined);
});
