import { toAuthorizer, toResourceCheck, toValue, type AccessDecision, type AccessQuestion } from '../../src/cel/index.ts';
import { compilePolicy } from '../../src/engine/admission/policy/compile.ts';
import { evaluatePolicy, type PolicyResult } from '../../src/engine/admission/policy/evaluate.ts';
import type { PolicyInput } from '../../src/engine/admission/policy/session.ts';
import { getArray, getObject, getString, sortedUnique, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import { makePolicySpec } from './policy-specs.ts';
import type { Random } from './random.ts';

/** Whether the validations of an admission policy say what ours say of random objects and parameters, messages included. */
export const policyJudge: OracleJudge = {
  subject: 'policy',
  cases: 1000,
  branches: [
    'admit',
    'annotation error',
    'annotation of nothing',
    'annotation published',
    'composed message',
    'conditions do not hold',
    'deny',
    'deny for an error',
    'does not compile',
    'error is ignored',
    'message of an expression',
    'the authorizer allows',
    'variable fails',
  ],
  often: { cases: 1000, times: 3 },
  generate: (random) => {
    const operation = random.pick(['CREATE', 'CREATE', 'UPDATE', 'DELETE']);
    return {
      spec: makePolicySpec(random),
      operation,
      ...(operation === 'DELETE' ? {} : { object: makeDeployment(random) }),
      ...(operation === 'CREATE' ? {} : { oldObject: makeDeployment(random) }),
      ...(random.once(3) ? {} : { params: makeParams(random) }),
      namespace: {
        metadata: {
          name: 'shop',
          creationTimestamp: '2026-01-01T00:00:00Z',
          ...(random.once(2) ? { labels: { env: random.pick(['prod', 'test']) } } : {}),
        },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      },
      user: random.pick(['jane', 'system:serviceaccount:shop:web']),
      groups: random.pick([['dev'], ['dev', 'ops']]),
      allowed: random.pick([[], ['get secrets', 'deploy deployments'], ['get secrets']]),
    };
  },
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const spec = getObject(input, 'spec');
  if (spec === undefined || !isWhole(spec)) return undefined;
  const policy = compilePolicy({ spec });
  const result = evaluatePolicy(policy, toInput(input));
  const ours = toAnswer(result);
  const [left, right] = [stringifyJson(ours), stringifyJson(answer)];
  const coverage = sortedUnique(listCoverage(result, left, spec));
  if (left === right) return { coverage };
  const at = getArray(ours, 'decisions').findIndex(
    (item, index) => stringifyJson(item) !== stringifyJson(getArray(answer, 'decisions')[index] ?? null),
  );
  const signature = `${getString(ours, 'decisions', at, 'evaluation') ?? 'annotation'} ${(getString(ours, 'decisions', at, 'message') ?? '').slice(0, 60)}`;
  return { coverage, difference: { signature, ours: left, servers: right } };
}

/** Whether no expression is missing: the API server takes no such policy. */
function isWhole(spec: JsonObject): boolean {
  const has = (field: string, name: string): boolean => getArray(spec, field).every((item) => (getString(item, name) ?? '') !== '');
  return (
    getArray(spec, 'validations').length > 0 &&
    ['validations', 'variables', 'matchConditions'].every((field) => has(field, 'expression')) &&
    has('auditAnnotations', 'valueExpression')
  );
}

function listCoverage({ decisions, annotations }: PolicyResult, text: string, spec: JsonObject): readonly string[] {
  return [
    ...decisions.map((item) => (item.outcome === 'deny' && item.isError ? 'deny for an error' : item.outcome)),
    ...annotations.map(({ value, error }) =>
      error !== undefined ? 'annotation error' : value === undefined ? 'annotation of nothing' : 'annotation published',
    ),
    ...(decisions.length === 0 ? ['conditions do not hold'] : []),
    ...(text.includes('failed expression: ') ? ['composed message'] : []),
    ...(text.includes('said: ') ? ['message of an expression'] : []),
    ...(text.includes('compilation error: ') ? ['does not compile'] : []),
    ...(text.includes('composited variable') ? ['variable fails'] : []),
    ...(decisions.some((item, index) => item.outcome === 'admit' && item.isError !== true && isAsking(spec, index))
      ? ['the authorizer allows']
      : []),
    ...(decisions.some((item) => item.outcome === 'admit' && item.isError === true) ? ['error is ignored'] : []),
  ];
}

function isAsking(spec: JsonObject, index: number): boolean {
  return getString(spec, 'validations', index, 'expression')?.includes('authorizer') === true;
}

function toAnswer({ decisions, annotations }: PolicyResult): JsonObject {
  return {
    decisions: decisions.map((item): JsonObject => {
      if (item.outcome === 'unknown') return { action: 'unknown' };
      const isError = item.isError === true;
      return {
        action: item.outcome,
        evaluation: isError ? 'error' : item.outcome,
        message: item.outcome === 'deny' || isError ? (item.message ?? '') : '',
        reason: item.outcome === 'deny' ? item.reason : '',
      };
    }),
    annotations: annotations.map(({ key, value, error, isIgnored }) => ({
      key,
      action: error !== undefined && isIgnored !== true ? 'error' : value === undefined ? 'exclude' : 'publish',
      value: value ?? '',
      error: error ?? '',
    })),
  };
}

function toInput(input: JsonValue): PolicyInput {
  const allowed = getArray(input, 'allowed');
  const authorize = ({ verb, resource = '' }: AccessQuestion): AccessDecision =>
    allowed.includes(`${verb} ${resource}`) ? { isAllowed: true, reason: 'by a rule' } : { isAllowed: false, reason: '' };
  const given = (name: string): JsonValue => getObject(input, name) ?? null;
  return {
    object: toValue(given('object')),
    oldObject: toValue(given('oldObject')),
    namespaceObject: toValue(given('namespace')),
    request: toValue(toRequest(input)),
    params: toValue(given('params')),
    authorizer: toAuthorizer(authorize),
    'authorizer.requestResource': toResourceCheck(authorize, { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' }),
  };
}

function toRequest(input: JsonValue): JsonObject {
  const kind = { group: 'apps', version: 'v1', kind: 'Deployment' };
  const resource = { group: 'apps', version: 'v1', resource: 'deployments' };
  return {
    uid: '',
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    name: 'web',
    namespace: 'shop',
    operation: getString(input, 'operation') ?? '',
    userInfo: { username: getString(input, 'user') ?? '', groups: getArray(input, 'groups') },
    dryRun: false,
    options: null,
  };
}

function makeDeployment(random: Random): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'shop',
      ...(random.once(2) ? { labels: { app: 'web', ...(random.once(2) ? { env: random.pick(['prod', 'test']) } : {}) } } : {}),
      ...(random.once(3) ? { annotations: { note: random.pick(['', ' ', 'long\nnote', 'x']) } } : {}),
    },
    spec: {
      ...(random.once(5) ? {} : { replicas: random.pick([0, 1, 3, 10]) }),
      template: {
        spec: {
          containers: random.list(1 + random.below(3), (index) => ({
            name: `c${index}`,
            image: random.pick(['reg.example/a:1', 'reg.example/b', 'docker.io/x:latest']),
            ...(random.once(2) ? { resources: { limits: { memory: random.pick(['64Mi', '1Gi', 'x']) } } } : {}),
          })),
        },
      },
    },
  };
}

function makeParams(random: Random): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'limits', namespace: 'shop' },
    ...(random.once(5) ? {} : { data: { ...(random.once(4) ? {} : { most: random.pick(['2', '5', 'many']) }), registry: 'reg.example/' } }),
  };
}
