import type { JsonObject, JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

const VARIABLES: readonly (readonly [name: string, expression: string])[] = [
  ['labels', 'has(object.metadata.labels) ? object.metadata.labels : {}'],
  ['most', 'int(params.data.most)'],
  ['isProd', "'env' in namespaceObject.metadata.labels && namespaceObject.metadata.labels['env'] == 'prod'"],
  ['broken', 'object.spec.'],
  ['missing', 'object.spec.nothing'],
  ['who', 'request.userInfo.username'],
];

const CONDITIONS: readonly string[] = [
  'object != null',
  "request.operation != 'DELETE'",
  'has(object.metadata.labels)',
  'variables.isProd',
  'request.nothing == 1',
  "authorizer.requestResource.check('deploy').allowed()",
  'true',
];

/** Configurations that any kind may have, then those of one. */
const OF_ALL: readonly string[] = [
  'Object{}',
  "Object{metadata: Object.metadata{labels: {'team': 'shop'}}}",
  'Object{metadata: Object.metadata{labels: Object.metadata.labels{team: variables.who}}}',
  "Object{metadata: Object.metadata{annotations: {'note': string(size(variables.labels)), 'b': 'c'}}}",
  "Object{metadata: Object.metadata{?labels: has(object.metadata.labels) ? optional.none() : optional.of({'made': 'yes'})}}",
  'Object{metadata: Object.metadata{labels: variables.labels}}',
  "Object{metadata: Object.metadata{finalizers: ['example.com/x']}}",
  "Object{metadata: Object.metadata{labels: {'most': string(variables.most)}}}",
  "Object{metadata: Object.metadata{annotations: {'may': string(authorizer.requestResource.check('deploy').allowed())}}}",
  "Object{metadata: Object.spec{labels: {'a': 'b'}}}",
  "Object{metadata: Object.metadata{labels: {'a': 1}}}",
  "Object{metadata: Object.metadata{nothing: 'x'}}",
  'Object{nothing: Object.nothing{}}',
  "Object{metadata: Object.metadata{finalizers: ['example.com/x', 'example.com/x']}}",
  "Object{metadata: Object.metadata{ownerReferences: ['1', '1'].map(u, Object.metadata.ownerReferences{uid: u, name: 'a'})}}",
  'Object{metadata: Object.metadata{labels: variables.broken}}',
  'Object{metadata: Object.metadata{annotations: variables.missing}}',
  "Object{metadata: Object.metadata{?annotations: 'x'}}",
  "has(object.metadata.labels) ? Object{} : Object{metadata: Object.metadata{labels: {'none': 'yes'}}}",
  "Object{metadata: Object.metadata{labels: {'n': string(object.metadata.labels.size())}}}",
  "'text'",
  'Object.spec{}',
  'undeclared',
  'Object{metadata: }',
];

const CONFIGURATIONS: Readonly<Record<string, readonly string[]>> = {
  Deployment: [
    'Object{spec: Object.spec{replicas: 3}}',
    'Object{spec: Object.spec{replicas: object.spec.replicas + 1}}',
    'Object{spec: Object.spec{replicas: variables.isProd ? variables.most : 1}}',
    "Object{spec: Object.spec{replicas: '3'}}",
    'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: object.spec.template.spec.containers.map(c, Object.spec.template.spec.containers{name: c.name, imagePullPolicy: "Always"})}}}}',
    "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'side', image: 'side:1', env: [Object.spec.template.spec.containers.env{name: 'A', value: 'b'}]}]}}}}",
    "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'a', image: 'x'}, Object.spec.template.spec.containers{name: 'a'}]}}}}",
    "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{image: 'x'}]}}}}",
    "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'c0', args: ['x']}]}}}}",
    "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{tolerations: [Object.spec.template.spec.tolerations{key: 'x'}]}}}}",
    "Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'a': 'b'}}}}",
    "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{nodeSelector: {'disk': 'ssd'}}}}}",
    "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{securityContext: Object.spec.template.spec.securityContext{runAsNonRoot: true}, hostNetwork: 'no'}}}}",
    "Object{spec: Object.spec{strategy: Object.spec.strategy{rollingUpdate: Object.spec.strategy.rollingUpdate{maxSurge: '50%', maxUnavailable: 0}}}}",
    "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [{'name': 'c0', 'image': 'y'}]}}}}",
    'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{volumes: [Object.spec.template.spec.volumes{name: "tmp", emptyDir: Object.spec.template.spec.volumes.emptyDir{}}]}}}}',
    'Object{spec: Object.spec{replicas: object.spec.replicas / 0}}',
    'Object{spec: [1, 2]}',
  ],
  Service: [
    "Object{spec: Object.spec{type: 'NodePort'}}",
    "Object{spec: Object.spec{ports: [Object.spec.ports{name: 'm', port: 9090}]}}",
    "Object{spec: Object.spec{ports: [Object.spec.ports{port: 80, targetPort: 'http'}]}}",
    "Object{spec: Object.spec{ports: [Object.spec.ports{port: 80, protocol: 'UDP'}]}}",
    "Object{spec: Object.spec{selector: {'app': 'web'}}}",
    "Object{spec: Object.spec{ports: [Object.spec.ports{name: 'x'}]}}",
    "Object{spec: Object.spec{internalTrafficPolicy: 'Local', sessionAffinity: 'ClientIP'}}",
  ],
  ConfigMap: [
    "Object{data: {'a': 'b'}}",
    'Object{data: Object.data{who: variables.who}}',
    'Object{immutable: true}',
    "Object{data: {'size': string(object.data.size())}}",
    "Object{data: {'a': ['b']}}",
  ],
};

const PATCHES_OF_ALL: readonly string[] = [
  '[]',
  "[JSONPatch{op: 'add', path: '/metadata/labels', value: {'team': 'shop'}}]",
  "[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('example.com/a~b'), value: 'x'}]",
  "[JSONPatch{op: 'replace', path: '/metadata/labels/app', value: variables.who}]",
  "[JSONPatch{op: 'remove', path: '/metadata/labels/env'}]",
  "[JSONPatch{op: 'test', path: '/metadata/labels/env', value: 'prod'}, JSONPatch{op: 'add', path: '/metadata/labels/tested', value: 'yes'}]",
  "[JSONPatch{op: 'copy', from: '/metadata/labels', path: '/metadata/annotations'}]",
  "[JSONPatch{op: 'move', from: '/metadata/labels', path: '/metadata/annotations'}]",
  "[JSONPatch{op: 'move', path: '/metadata/annotations'}]",
  "[JSONPatch{op: 'add', path: '/metadata/finalizers', value: ['example.com/x']}, JSONPatch{op: 'add', path: '/metadata/finalizers/-', value: 'example.com/y'}, JSONPatch{op: 'add', path: '/metadata/finalizers/0', value: 'example.com/z'}]",
  "[JSONPatch{op: 'add', path: '/metadata/finalizers', value: ['example.com/x', 'example.com/y']}, JSONPatch{op: 'remove', path: '/metadata/finalizers/-1'}]",
  "[JSONPatch{op: 'add', path: '/metadata/finalizers', value: ['example.com/x']}, JSONPatch{op: 'replace', path: '/metadata/finalizers/3', value: 'y/z'}]",
  "[JSONPatch{op: 'add', path: '/metadata/finalizers', value: ['example.com/x']}, JSONPatch{op: 'add', path: '/metadata/finalizers/x', value: 'y/z'}]",
  "[JSONPatch{op: 'add', path: '/metadata/annotations', value: Object.metadata.annotations{a: 'b'}}]",
  "[JSONPatch{op: 'add', path: '/metadata/annotations', value: Object.metadata{a: Object.b{}}}]",
  "[JSONPatch{op: 'add', path: '/metadata/nothing', value: 'x'}]",
  "[JSONPatch{op: 'add', path: '/nothing/at/all', value: 'x'}]",
  "[JSONPatch{op: 'add', path: '/metadata/labels', value: {'n': 1}}]",
  "[JSONPatch{op: 'jump', path: '/metadata/labels'}]",
  "[JSONPatch{op: 'add', path: '/metadata/annotations', value: variables.missing}]",
  "[JSONPatch{op: 'test', path: '/metadata/nowhere/x', value: 'prod'}]",
  "[JSONPatch{op: 'add', path: '/metadata/generation', value: int(params.data.most)}]",
  "[JSONPatch{op: 1, path: '/metadata/labels'}]",
  "JSONPatch{op: 'remove', path: '/metadata/labels'}",
  "has(object.metadata.labels) ? [JSONPatch{op: 'remove', path: '/metadata/labels'}] : []",
  "variables.labels.size() > 0 ? [JSONPatch{op: 'replace', path: '/metadata/labels', value: variables.labels}] : [JSONPatch{op: 'add', path: '/metadata/annotations', value: {'empty': 'yes'}}]",
];

const PATCHES: Readonly<Record<string, readonly string[]>> = {
  Deployment: [
    "[JSONPatch{op: 'replace', path: '/spec/replicas', value: 5}]",
    "[JSONPatch{op: 'replace', path: '/spec/replicas', value: '5'}]",
    "[JSONPatch{op: 'remove', path: '/spec/replicas'}]",
    "[JSONPatch{op: 'add', path: '/spec/template/spec/containers/-', value: Object.spec.template.spec.containers{name: 'side', image: 'side'}}]",
    "[JSONPatch{op: 'add', path: '/spec/template/spec/containers/0', value: {'name': 'first', 'image': 'first'}}]",
    "[JSONPatch{op: 'add', path: '/spec/template/spec/containers/0/args', value: ['a', 'b']}]",
    "[JSONPatch{op: 'test', path: '/spec/replicas', value: 3}, JSONPatch{op: 'replace', path: '/spec/replicas', value: 4}]",
    "[JSONPatch{op: 'remove', path: '/spec/template/spec/containers/9'}]",
    "[JSONPatch{op: 'copy', from: '/spec/template/spec/containers/0', path: '/spec/template/spec/initContainers'}]",
    "object.spec.template.spec.containers.map(c, JSONPatch{op: 'add', path: '/metadata/annotations', value: {c.name: c.image}})",
  ],
  Service: [
    "[JSONPatch{op: 'add', path: '/spec/ports/-', value: Object.spec.ports{name: 'm', port: 9090}}]",
    "[JSONPatch{op: 'replace', path: '/spec/type', value: 'NodePort'}]",
    "[JSONPatch{op: 'replace', path: '/spec/ports/0/port', value: 81}]",
  ],
  ConfigMap: [
    "[JSONPatch{op: 'add', path: '/data', value: {'x': 'y'}}]",
    "[JSONPatch{op: 'add', path: '/data/x', value: 'y'}]",
    "[JSONPatch{op: 'replace', path: '/data/most', value: null}]",
  ],
};

/** The spec of a MutatingAdmissionPolicy for a kind: mutations that change much, nothing, fail, or do not compile. */
export function makeMutatingSpec(random: Random, kind: string): JsonObject {
  return {
    failurePolicy: random.pick(['Fail', 'Ignore']),
    reinvocationPolicy: random.pick(['Never', 'IfNeeded']),
    matchConstraints: makeMatch(random, true),
    ...(random.once(3) ? { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } } : {}),
    variables: VARIABLES.filter(() => !random.once(6)).map(([name, expression]) => ({ name, expression })),
    ...(random.once(4)
      ? { matchConditions: random.list(1 + random.below(2), (index) => ({ name: `m${index}`, expression: random.pick(CONDITIONS) })) }
      : {}),
    mutations: random.list(1 + random.below(3), () => makeMutation(random, kind)),
  };
}

function makeMutation(random: Random, kind: string): JsonObject {
  const pick = (own: readonly string[] | undefined, all: readonly string[]): JsonValue => ({
    expression: random.pick(own !== undefined && random.once(2) ? own : all),
  });
  return random.once(2)
    ? { patchType: 'ApplyConfiguration', applyConfiguration: pick(CONFIGURATIONS[kind], OF_ALL) }
    : { patchType: 'JSONPatch', jsonPatch: pick(PATCHES[kind], PATCHES_OF_ALL) };
}

/** What a policy or binding matches; the API server asks for rules of a policy. */
export function makeMatch(random: Random, hasRules: boolean): JsonObject {
  return {
    matchPolicy: random.pick(['Exact', 'Equivalent']),
    namespaceSelector: random.once(5) ? { matchLabels: { env: 'prod' } } : {},
    objectSelector: random.once(5) ? { matchLabels: { app: 'web' } } : {},
    ...(hasRules || random.once(5)
      ? {
          resourceRules: [
            {
              apiGroups: random.once(6) ? ['apps'] : ['*'],
              apiVersions: ['*'],
              operations: random.once(6) ? ['CREATE'] : ['*'],
              resources: random.once(8) ? ['deployments', 'pods'] : ['*'],
              scope: '*',
            },
          ],
        }
      : {}),
    ...(random.once(8)
      ? {
          excludeResourceRules: [{ apiGroups: ['*'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['services'], scope: '*' }],
        }
      : {}),
  };
}
