import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/std/index.ts';
import { loadCatalog } from '../../../src/model/schema/index.ts';
import { judgeOurselves } from '../../judges/validate.judge.ts';

const CATALOG = loadCatalog('1.36');

function make(kind: string, name: string, spec: JsonObject): JsonObject {
  return { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind, metadata: { name }, spec };
}

const LEVEL = { priorityLevelConfiguration: { name: 'workload-low' } };
const RULE = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] };
const schema = (spec: JsonObject): JsonObject => make('FlowSchema', 'x', { ...LEVEL, ...spec });
const ruled = (subject: JsonObject, rules: JsonObject): JsonObject => schema({ rules: [{ subjects: [subject], ...rules }] });
const level = (spec: JsonObject): JsonObject => make('PriorityLevelConfiguration', 'x', spec);
const queued = (queuing: JsonObject): JsonObject => level({ type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing } } });
const group = { kind: 'Group', group: { name: 'g' } };

const CASES: readonly { readonly name: string; readonly object: JsonObject; readonly want: readonly string[] }[] = [
  { name: 'a schema of one rule', object: ruled(group, { resourceRules: [RULE] }), want: [] },
  {
    name: 'the first precedence of another schema than the exempt one',
    object: schema({ matchingPrecedence: 1 }),
    want: ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
  },
  {
    name: 'a precedence beyond the last',
    object: schema({ matchingPrecedence: 10_001 }),
    want: ['spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000'],
  },
  {
    name: 'a schema of no level',
    object: make('FlowSchema', 'x', { priorityLevelConfiguration: { name: '' } }),
    want: ['spec.priorityLevelConfiguration.name: Required value: must reference a priority level'],
  },
  {
    name: 'a user that is a group',
    object: ruled({ kind: 'User', group: { name: 'g' } }, { resourceRules: [RULE] }),
    want: [
      "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
      "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
    ],
  },
  {
    name: 'a rule of nothing',
    object: ruled(group, {}),
    want: ['spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty'],
  },
  {
    name: 'every verb and one more, in no namespace',
    object: ruled(group, { resourceRules: [{ ...RULE, verbs: ['*', 'get'], namespaces: [] }] }),
    want: [
      'spec.rules[0].resourceRules[0].verbs: Invalid value: ["*","get"]: if \'*\' is present, must not specify other verbs',
      'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
    ],
  },
  {
    name: 'a path that is none',
    object: ruled(group, { nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a*', 'b'] }] }),
    want: [
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*": wildcard can only do suffix matching',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "b": must start with slash',
    ],
  },
  { name: 'a level that rejects', object: level({ type: 'Limited', limited: { limitResponse: { type: 'Reject' } } }), want: [] },
  {
    name: 'a level without limits',
    object: level({ type: 'Limited' }),
    want: ['spec.limited: Required value: must not be empty when type is Limited'],
  },
  {
    name: 'an exempt level of another name',
    object: level({ type: 'Exempt' }),
    want: ["spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'"],
  },
  { name: 'a level whose queues are left to the server', object: queued({}), want: [] },
  {
    name: 'hands larger than the deck',
    object: queued({ queues: 4, handSize: 8 }),
    want: ['spec.limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater than queues (4)'],
  },
  {
    name: 'more cards than a hash can deal',
    object: queued({ queues: 512, handSize: 8 }),
    want: [
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60',
    ],
  },
];

for (const { name, object, want } of CASES) {
  test(`flow control: ${name}`, () => assert.deepEqual(judgeOurselves(object, CATALOG).toSorted(), want.toSorted()));
}
