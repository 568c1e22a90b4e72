import { PermissionSet, toPermissionKey, toPermissions, type Permission } from '../../src/engine/rbac/permission.ts';
import { readRule } from '../../src/engine/rbac/rule.ts';
import { compareStrings, getArray, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';

const VERBS = ['get', 'list', 'create', '*'];
const GROUPS = ['', 'apps', '*'];
const RESOURCES = ['pods', 'pods/log', '*', '*/log', 'pods/*', 'deployments', 'deployments/scale', '*/scale'];
const NAMES = ['a', 'b'];
const URLS = ['/healthz', '/healthz/*', '*', '/', '/healthz/etcd', '/healthz**', '/metrics*', '/h*z'];

/** What somebody who holds some rules lacks to grant others, as the check against escalation says (`Covers`). */
export const escalationJudge: OracleJudge = {
  subject: 'escalation',
  cases: 6000,
  branches: ['covered', 'some lacking', 'all lacking', 'paths', 'names'],
  generate: (random) => ({
    owned: random.list(1 + random.below(4), () => makeRule(random)),
    granted: random.list(1 + random.below(2), () => makeRule(random)),
  }),
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison {
  const owned = new PermissionSet(readPermissions(getArray(input, 'owned')));
  const granted = readPermissions(getArray(input, 'granted'));
  const ours = toKeys(granted.filter((permission) => !owned.covers(permission)));
  // What a rule says beside a `*` that takes it in, kplan leaves out of the rule.
  const told = new Set(toKeys(granted));
  const real = toKeys(readPermissions(getArray(answer, 'missing'))).filter((key) => told.has(key));
  const coverage = [
    real.length === 0 ? 'covered' : real.length === toKeys(granted).length ? 'all lacking' : 'some lacking',
    ...(granted.some(({ kind }) => kind === 'path') ? ['paths'] : []),
    ...(granted.some((permission) => permission.kind === 'resource' && permission.name !== undefined) ? ['names'] : []),
  ];
  const [a, b] = [stringifyJson(ours), stringifyJson(real)];
  return a === b ? { coverage } : { coverage, difference: { signature: 'what is lacking', ours: a, servers: b } };
}

function readPermissions(rules: readonly JsonValue[]): readonly Permission[] {
  return rules.flatMap((rule) => toPermissions(readRule(rule)));
}

function toKeys(permissions: readonly Permission[]): readonly string[] {
  return [...new Set(permissions.map(toPermissionKey))].toSorted(compareStrings);
}

function makeRule(random: Random): JsonValue {
  const few = (items: readonly string[]): readonly string[] => [...new Set(random.list(1 + random.below(2), () => random.pick(items)))];
  if (random.once(4)) return { verbs: few(VERBS), nonResourceURLs: few(URLS) };
  const named = random.once(4) ? { resourceNames: few(NAMES) } : {};
  return { verbs: few(VERBS), apiGroups: few(GROUPS), resources: few(RESOURCES), ...named };
}
