import { readRequestInfo } from '../../src/cluster/index.ts';
import { judgeImpersonation, type Action, type ImpersonationVerdict } from '../../src/engine/rbac/index.ts';
import { World } from '../../src/model/index.ts';
import { getArray, getBoolean, getObject, getString, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';
import { readObjects, readUser } from './rbac-world.ts';

const MODES = ['associated-node', 'arbitrary-node', 'serviceaccount', 'user-info', 'legacy'];
const USERS = ['jane', 'system:serviceaccount:shop:agent'];
const WANTED = [
  'joe',
  'joe',
  'system:anonymous',
  'system:node:n1',
  'system:node:n1',
  'system:node:n1',
  'system:node:N_1',
  'system:serviceaccount:shop:web',
  'system:serviceaccount:shop',
];
const GROUPS = ['ops', 'dev', 'a', 'b', 'c', 'system:authenticated', 'system:unauthenticated', 'system:masters', ''];
const KEYS = ['acme.io/x', 'scopes', 'acme.io/'];
const TARGETS = [
  '/api/v1/namespaces/shop/pods',
  '/api/v1/namespaces/shop/pods/web/log',
  '/api/v1/nodes/n1',
  '/healthz',
  '/apis/apps/v1/deployments',
];
const RESOURCES = ['users', 'groups', 'serviceaccounts', 'nodes', 'uids', 'userextras/acme.io/x', 'userextras/*', '*'];

/** Whether the filter of the API server lets impersonation for what ours does, for the same rights in the same order, and as whom. */
export const impersonationJudge: OracleJudge = {
  subject: 'impersonation',
  cases: 12_000,
  branches: [
    ...MODES.map((mode) => `allowed: ${mode}`),
    'allowed: legacy alone',
    'refused: legacy alone',
    ...MODES.slice(0, 4).map((mode) => `refused: ${mode}`),
    'what no right lets',
    'all groups at once',
  ],
  generate: (random) => ({
    objects: makeRoles(random),
    user: { name: random.pick(USERS), groups: random.once(20) ? ['system:masters'] : [] },
    node: random.pick(['', 'n1', 'n1', 'n2']),
    wanted: { name: random.pick(WANTED), groups: !random.once(3) ? [] : random.list(random.once(4) ? 5 : 1, () => random.pick(GROUPS)) },
    uid: random.once(6) ? 'u' : '',
    extra: random.once(4)
      ? { [random.pick([...KEYS, 'acme.io/x', 'acme.io/x'])]: random.list(random.once(3) ? 4 : 1, (i) => (random.once(9) ? '' : `v${i}`)) }
      : {},
    method: random.pick(['GET', 'POST', 'DELETE']),
    target: random.pick(TARGETS),
    constrained: !random.once(4),
  }),
  compare,
};

function makeRoles(random: Random): readonly JsonObject[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  const mode = random.pick(MODES.slice(0, 4));
  const isLegacy = random.once(3);
  const isWhole = random.once(2);
  const rules = [
    {
      verbs: [isLegacy ? 'impersonate' : random.once(5) ? '*' : `impersonate:${mode}`],
      apiGroups: isLegacy ? ['', 'authentication.k8s.io'] : ['authentication.k8s.io'],
      resources: isWhole ? RESOURCES : random.some(RESOURCES.slice(0, 6)),
      ...(random.once(3) ? { resourceNames: random.some(['joe', 'ops', 'dev', 'n1', 'web', '*', 'v0']) } : {}),
    },
    {
      verbs: [random.once(3) ? `impersonate-on:${mode}:list` : '*'],
      apiGroups: ['', 'apps'],
      resources: ['pods', 'nodes', 'deployments', 'pods/log'],
    },
    {
      verbs: [`impersonate-on:${mode}:get`, `impersonate-on:${mode}:list`, `impersonate-on:${mode}:create`],
      apiGroups: ['*'],
      resources: ['*'],
    },
    { verbs: [`impersonate-on:${mode}:get`], nonResourceURLs: ['*'] },
  ];
  const subjects = USERS.map((name) => ({ apiGroup, kind: 'User', name }));
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name: 'c' }, rules: random.once(3) ? rules.slice(0, 2) : rules },
    { apiVersion, kind: 'ClusterRoleBinding', metadata: { name: 'b' }, roleRef: { apiGroup, kind: 'ClusterRole', name: 'c' }, subjects },
  ];
}

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const objects = readObjects(getArray(input, 'objects'));
  const text = (field: string): string => getString(input, field) ?? '';
  const action = readRequestInfo(text('method'), text('target'));
  const wanted = readUser(getObject(input, 'wanted') ?? null);
  if (objects === undefined || 'problem' in action || wanted.name === '') return undefined;
  const verdict = judgeImpersonation(World.of(objects), {
    user: readUser(getObject(input, 'user') ?? null),
    node: text('node'),
    wanted: { ...wanted, uid: text('uid'), extra: readExtra(getObject(input, 'extra') ?? {}) },
    action,
    isConstrained: getBoolean(input, 'constrained') === true,
  });
  const ours = stringifyJson({
    asked: verdict.attempts.flatMap(({ checks }) => checks.map((check) => toAsked(check.action))),
    ...(verdict.user === undefined ? { refusal: verdict.refusal ?? '' } : { user: { ...verdict.user } }),
  });
  const coverage = describe(verdict, input);
  const servers = stringifyJson(answer);
  return ours === servers ? { coverage } : { coverage, difference: { signature: coverage[0] ?? '', ours, servers } };
}

function readExtra(extra: JsonObject): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.keys(extra).map((key) => [key, getArray(extra, key).filter((value) => typeof value === 'string')]));
}

function toAsked(action: Action): JsonObject {
  const empty = { group: '', resource: '', subresource: '', namespace: '', name: '', path: '' };
  const { kind: _, ...asked } = action;
  return { user: { name: '', groups: null }, ...empty, ...asked };
}

function describe({ attempts, user, refusal }: ImpersonationVerdict, input: JsonValue): readonly string[] {
  const isConstrained = getBoolean(input, 'constrained') === true;
  const alone = isConstrained ? '' : ' alone';
  const [first, last] = [attempts[0]?.mode ?? '', attempts.at(-1)?.mode ?? ''];
  const names = attempts.flatMap(({ checks }) =>
    checks.filter(({ allowed }) => allowed).map(({ action }) => (action.kind === 'path' ? '' : action)),
  );
  return [
    user === undefined ? `refused: ${first}${alone}` : `allowed: ${last}${alone}`,
    ...(refusal?.includes('not allowed') === true ? ['what no right lets'] : []),
    ...(names.some((action) => action !== '' && action.resource === 'groups' && action.name === '*') ? ['all groups at once'] : []),
  ];
}
