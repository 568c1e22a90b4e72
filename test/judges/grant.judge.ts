import { refuseGrant } from '../../src/engine/rbac/index.ts';
import { isKubernetesObject, World } from '../../src/model/index.ts';
import { getArray, getBoolean, getObject, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';
import { makeGrant, makePolicy, makeUser, readObjects, readUser } from './rbac-world.ts';

/** Whether `refuseGrant` says what the storage says that guards roles and bindings against escalation. */
export const grantJudge: OracleJudge = {
  subject: 'grant',
  cases: 3000,
  branches: [
    'ClusterRole: allowed',
    'ClusterRole: aggregation',
    'ClusterRole: lacking',
    'ClusterRoleBinding: allowed',
    'ClusterRoleBinding: another role',
    'ClusterRoleBinding: lacking',
    'ClusterRoleBinding: no such role',
    'Role: allowed',
    'Role: lacking',
    'RoleBinding: allowed',
    'RoleBinding: another role',
    'RoleBinding: lacking',
    'RoleBinding: no such role',
    'created with a name',
    'created',
    'lacking, and roles are missing',
    'updated',
  ],
  generate,
  compare,
};

function generate(random: Random): JsonObject {
  const written = makeGrant(random);
  const same = makeGrant(random);
  const before = random.once(3)
    ? { ...(same['kind'] === written['kind'] ? same : withAnotherRole(random, written)), metadata: written['metadata'] ?? null }
    : undefined;
  const after =
    random.once(6) && before !== undefined ? { ...before, metadata: { ...getObject(before, 'metadata'), finalizers: ['x/y'] } } : written;
  return {
    objects: makePolicy(random),
    user: makeUser(random),
    new: after,
    named: random.once(2),
    ...(before === undefined ? {} : { old: before }),
  };
}

/** A binding of another role, mostly; roles as they are. */
function withAnotherRole(random: Random, written: JsonObject): JsonObject {
  const role = getObject(written, 'roleRef');
  return role === undefined || random.once(4) ? written : { ...written, roleRef: { ...role, name: 'another' } };
}

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const [before, after] = [getObject(input, 'old'), getObject(input, 'new')];
  const objects = readObjects(getArray(input, 'objects'));
  if (objects === undefined || after === undefined || !isKubernetesObject(after)) return undefined;
  const isNamed = getBoolean(input, 'named') === true;
  const ours = refuseGrant(World.of(objects), {
    user: readUser(getObject(input, 'user') ?? null),
    after,
    isNamed,
    ...(before !== undefined && isKubernetesObject(before) ? { before } : {}),
  });
  const real = getString(answer, 'message') ?? '';
  const coverage = [`${after.kind}: ${toVerdict(real)}`, before === undefined ? (isNamed ? 'created with a name' : 'created') : 'updated'];
  if (real.includes('resolution errors')) coverage.push('lacking, and roles are missing');
  if ((ours ?? '') === real) return { coverage };
  return {
    coverage,
    difference: { signature: `${after.kind}: ${toVerdict(real)}`, ours: ours ?? 'allowed', servers: real === '' ? 'allowed' : real },
  };
}

function toVerdict(message: string): string {
  if (message === '') return 'allowed';
  if (message.includes('must have cluster-admin')) return 'aggregation';
  if (message.includes('cannot change roleRef')) return 'another role';
  return message.includes('not currently held') ? 'lacking' : 'no such role';
}
