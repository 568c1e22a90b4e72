import type { AccessDecision, AccessQuestion } from '../../src/cel/index.ts';
import { mutateWrite } from '../../src/engine/admission/policy/mutation-facts.ts';
import type { PolicySetting } from '../../src/engine/admission/policy/write.ts';
import { gvkOf, isKubernetesObject, World, type SchemaCatalog } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { createPatcher } from '../../src/planner/index.ts';
import { getArray, getObject, getString, sortedUnique, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { findDifference } from './compact.ts';
import type { Comparison } from './judge.ts';
import { comparable } from './merge-steps.ts';
import { makeMatch, makeMutatingSpec } from './mutation-specs.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';

/** Whether MutatingAdmissionPolicies make of random objects what the plugin makes of them, and refuse for the same reasons. */
export const mutatingJudge: OracleJudge = {
  subject: 'mutating',
  cases: 2000,
  branches: [
    'a configuration is merged',
    'a patch is applied',
    'asked again',
    'atomic',
    'does not compile',
    'duplicate',
    'error',
    'internal error',
    'not changed',
    'not declared',
    'patch does not apply',
    'type mismatch',
    'without parameters',
    'wrong type',
  ],
  often: { cases: 2000, times: 3 },
  generate: (random) => {
    const kind = random.pick(KINDS);
    const policies = random.list(1 + random.below(3), (index) => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicy',
      metadata: { name: `p${index}` },
      spec: makeMutatingSpec(random, kind.kind),
    }));
    const object = kind.make(random);
    const isUpdate = random.once(3);
    return {
      policies,
      bindings: policies.flatMap((_, index) => makeBindings(random, index)),
      resource: kind.resource,
      operation: isUpdate ? 'UPDATE' : 'CREATE',
      object,
      ...(isUpdate ? { oldObject: kind.make(random) } : {}),
      params: random.once(3) ? [] : [makeParams(random)],
      namespace: {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name: 'shop',
          labels: { 'kubernetes.io/metadata.name': 'shop', ...(random.once(2) ? { env: random.pick(['prod', 'test']) } : {}) },
        },
      },
      user: random.pick(['jane', 'system:serviceaccount:shop:web']),
      groups: ['dev'],
      allowed: random.pick([[], ['deploy deployments']]),
    };
  },
  compare,
};

interface MadeKind {
  readonly kind: string;
  readonly resource: string;
  readonly make: (random: Random) => JsonObject;
}

const KINDS: readonly MadeKind[] = [
  { kind: 'Deployment', resource: 'deployments', make: makeDeployment },
  { kind: 'Service', resource: 'services', make: makeService },
  { kind: 'ConfigMap', resource: 'configmaps', make: (random) => ({ ...makeParams(random), metadata: makeMetadata(random) }) },
];

function makeMetadata(random: Random): JsonObject {
  const labels = { app: random.pick(['web', 'api']), ...(random.once(2) ? { env: random.pick(['prod', 'test']) } : {}) };
  return { name: 'web', namespace: 'shop', ...(random.once(2) ? { labels } : {}), ...(random.once(4) ? { annotations: { b: 'a' } } : {}) };
}

function makeDeployment(random: Random): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: makeMetadata(random),
    spec: {
      ...(random.once(4) ? {} : { replicas: random.pick([0, 1, 3]) }),
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: random.list(1 + random.below(2), (index) => ({
            name: `c${index}`,
            image: random.pick(['a:1', 'b']),
            ...(random.once(3) ? { env: [{ name: 'A', value: 'a' }] } : {}),
            ...(random.once(3) ? { ports: [{ containerPort: 80 }] } : {}),
          })),
          ...(random.once(4) ? { nodeSelector: { zone: 'a' } } : {}),
        },
      },
    },
  };
}

function makeService(random: Random): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: makeMetadata(random),
    spec: {
      ...(random.once(2) ? { selector: { app: 'web' } } : {}),
      ports: random.some([
        { port: 80, name: 'http' },
        { port: 443, name: 'https', protocol: 'TCP' },
        { port: 53, name: 'dns', protocol: 'UDP' },
      ]),
    },
  };
}

function makeParams(random: Random): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'limits', namespace: 'shop', labels: { use: 'limits' } },
    ...(random.once(5) ? {} : { data: { most: random.pick(['2', '5', 'many']) } }),
  };
}

function makeBindings(random: Random, index: number): readonly JsonObject[] {
  return random.list(random.once(4) ? 2 : 1, (number) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: `b${index}-${number}` },
    spec: {
      policyName: `p${index}`,
      ...(random.once(2) ? { matchResources: makeMatch(random, false) } : {}),
      ...(random.once(6)
        ? {}
        : {
            paramRef: {
              ...random.pick<JsonObject>([{ name: 'limits' }, { selector: { matchLabels: { use: 'limits' } } }, { name: 'others' }]),
              ...(random.once(3) ? { namespace: 'shop' } : {}),
              parameterNotFoundAction: random.pick(['Allow', 'Deny']),
            },
          }),
    },
  }));
}

let known: SchemaCatalog | undefined;

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const catalog = (known ??= loadCatalog('1.36'));
  const [object, old] = [getObject(input, 'object'), getObject(input, 'oldObject')];
  const kind = isKubernetesObject(object) ? catalog.find(gvkOf(object)) : undefined;
  if (!isKubernetesObject(object) || kind === undefined) return undefined;
  if (!getArray(input, 'policies').every(isWhole) || !getArray(input, 'bindings').every(isBinding)) return undefined;
  const was = isKubernetesObject(old) ? old : undefined;
  if (getString(input, 'operation') !== (was === undefined ? 'CREATE' : 'UPDATE')) return undefined;
  const world = World.of(
    ['policies', 'bindings', 'params']
      .flatMap((field) => getArray(input, field))
      .concat(getObject(input, 'namespace') ?? [])
      .filter(isKubernetesObject),
  );
  const { object: ours, facts } = mutateWrite({ object }, was, world, toSetting(input, catalog));
  const refused = facts.flatMap(({ code, data }) => (code === 'KQ0006' ? [textOf(data['message'])] : []));
  const theirs = getObject(answer, 'object');
  const real = getArray(answer, 'refused').map(textOf);
  const coverage = listCoverage(
    real,
    facts.map(({ data }) => textOf(data['policy'])),
    theirs,
    stringifyJson(input),
  );
  const differ = (what: string, left: JsonValue, right: JsonValue): Comparison => ({
    coverage,
    difference: { signature: what, ours: stringifyJson(left), servers: stringifyJson(right) },
  });
  if (real.length > 0) {
    const [left, right] = [refused, real].map((reasons) => stringifyJson(reasons.map(simplify)));
    return left === right ? { coverage } : differ(`refused ${simplify(real[0] ?? '').slice(0, 80)}`, refused, real);
  }
  if (!isKubernetesObject(theirs)) return undefined;
  if (ours === undefined) return differ(`not taken ${(refused[0] ?? '').slice(0, 80)}`, refused, theirs);
  const [left, right] = [comparable(ours, kind), comparable(theirs, kind)];
  const path = findDifference(left, right);
  return path === undefined ? { coverage } : differ(`differs at ${path}`, left, right);
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** With the selectors that the API server fills in. */
function isMatch(match: JsonObject | undefined): boolean {
  return match === undefined || ['namespaceSelector', 'objectSelector'].every((field) => getObject(match, field) !== undefined);
}

function isBinding(binding: JsonValue): boolean {
  return (
    isKubernetesObject(binding) &&
    getString(binding.metadata, 'name') !== undefined &&
    isMatch(getObject(binding, 'spec', 'matchResources'))
  );
}

/** The API server takes no other. */
function isWhole(policy: JsonValue): boolean {
  const mutations = getArray(policy, 'spec', 'mutations');
  const kind = getObject(policy, 'spec', 'paramKind');
  return (
    isKubernetesObject(policy) &&
    getString(policy.metadata, 'name') !== undefined &&
    (kind === undefined || getString(kind, 'kind') !== undefined) &&
    isMatch(getObject(policy, 'spec', 'matchConstraints')) &&
    getArray(policy, 'spec', 'matchConstraints', 'resourceRules').length > 0 &&
    ['variables', 'matchConditions'].every((field) =>
      getArray(policy, 'spec', field).every((item) => (getString(item, 'expression') ?? '') !== ''),
    ) &&
    mutations.every(
      (item) =>
        (getString(item, getString(item, 'patchType') === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration', 'expression') ?? '') !== '',
    )
  );
}

/** Leaves out what Go prints of values, and the order of what it takes out of maps. */
function simplify(reason: string): string {
  return reason
    .replace(/(typed object: )[\s\S]*(?:ref\.Val|structpb|non-map elements|cannot be part of a configuration)[\s\S]*$/, '$1')
    .replace(/(expected (?:numeric \(int or float\)|string|boolean|any scalar|list|map)), got[\s\S]*$/, '$1')
    .replace(/(could not marshal to JSON: )[\s\S]*$/, '$1')
    .replace(/(Internal error occurred: )(?!strict decoding error: unknown field)[\s\S]*$/, '$1');
}

function listCoverage(
  real: readonly string[],
  changed: readonly string[],
  theirs: JsonObject | undefined,
  input: string,
): readonly string[] {
  const said = real.join('\n');
  const isChanged = theirs !== undefined && changed.length > 0;
  const has = (words: string, name: string): readonly string[] => (said.includes(words) ? [name] : []);
  return sortedUnique([
    ...(theirs !== undefined && changed.length === 0 ? ['not changed'] : []),
    ...(isChanged && input.includes('"ApplyConfiguration"') && !input.includes('"JSONPatch"') ? ['a configuration is merged'] : []),
    ...(isChanged && input.includes('"JSONPatch"') && !input.includes('"ApplyConfiguration"') ? ['a patch is applied'] : []),
    ...(new Set(changed).size < changed.length && input.includes('IfNeeded') ? ['asked again'] : []),
    ...has('may not mutate atomic', 'atomic'),
    ...has('compilation failed', 'does not compile'),
    ...has('duplicate entries', 'duplicate'),
    ...has('resulted in error', 'error'),
    ...has('Internal error occurred', 'internal error'),
    ...has('not declared in schema', 'not declared'),
    ...has('JSON Patch: ', 'patch does not apply'),
    ...has('type mismatch', 'type mismatch'),
    ...has('no params found', 'without parameters'),
    ...has('must evaluate to', 'wrong type'),
  ]);
}

function toSetting(input: JsonValue, catalog: SchemaCatalog): PolicySetting {
  const allowed = getArray(input, 'allowed');
  const groups = getArray(input, 'groups').map(textOf);
  return {
    resourceNameOf: () => getString(input, 'resource') ?? '',
    patcher: createPatcher(catalog),
    writer: { name: getString(input, 'user') ?? '', groups },
    authorize: (_world, _writer, { verb, resource = '' }: AccessQuestion): AccessDecision =>
      allowed.includes(`${verb} ${resource}`) ? { isAllowed: true, reason: 'by a rule' } : { isAllowed: false, reason: '' },
  };
}
