import { refuseGrant } from '../../src/engine/rbac/index.ts';
import { isKubernetesObject, World } from '../../src/model/index.ts';
import { getArray, getBoolean, getObject, getString, sortedUnique, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';
import { makeGrant, makePolicy, makeUser, readObjects, readUser } from './rbac-world.ts';

/** Writes in each world of roles and bindings, each by itself. */
const WRITES = 20;

/** Whether `refuseGrant` says what the storage says that guards roles and bindings against escalation. */
export const grantJudge: OracleJudge = {
  subject: 'grant',
  cases: 300,
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
  generate: (random) => ({ objects: makePolicy(random), writes: random.list(WRITES, () => makeWrite(random)) }),
  compare,
};

function makeWrite(random: Random): JsonObject {
  const written = makeGrant(random);
  const same = makeGrant(random);
  const before = random.once(3)
    ? { ...(same['kind'] === written['kind'] ? same : withAnotherRole(random, written)), metadata: written['metadata'] ?? null }
    : undefined;
  const after =
    random.once(6) && before !== undefined ? { ...before, metadata: { ...getObject(before, 'metadata'), finalizers: ['x/y'] } } : written;
  return {
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
  const objects = readObjects(getArray(input, 'objects'));
  if (objects === undefined) return undefined;
  const world = World.of(objects);
  const [writes, answers] = [getArray(input, 'writes'), getArray(answer)];
  const compared = writes.flatMap((write, index) => compareWrite(world, write, getString(answers[index], 'message') ?? '') ?? []);
  if (compared.length < writes.length) return undefined;
  const coverage = sortedUnique(compared.flatMap((item) => item.coverage));
  const difference = compared.flatMap((item) => item.difference ?? [])[0];
  return { coverage, ...(difference === undefined ? {} : { difference }) };
}

/** Undefined where it is not a write of an object. */
function compareWrite(world: World, write: JsonValue, real: string): Comparison | undefined {
  const [before, after] = [getObject(write, 'old'), getObject(write, 'new')];
  if (after === undefined || !isKubernetesObject(after)) return undefined;
  const isNamed = getBoolean(write, 'named') === true;
  const ours = refuseGrant(world, {
    user: readUser(getObject(write, 'user') ?? null),
    after,
    isNamed,
    ...(before !== undefined && isKubernetesObject(before) ? { before } : {}),
  });
  const signature = `${after.kind}: ${toVerdict(real)}`;
  const coverage = [signature, before === undefined ? (isNamed ? 'created with a name' : 'created') : 'updated'];
  if (real.includes('resolution errors')) coverage.push('lacking, and roles are missing');
  if ((ours ?? '') === real) return { coverage };
  return { coverage, difference: { signature, ours: ours ?? 'allowed', servers: real === '' ? 'allowed' : real } };
}

function toVerdict(message: string): string {
  if (message === '') return 'allowed';
  if (message.includes('must have cluster-admin')) return 'aggregation';
  if (message.includes('cannot change roleRef')) return 'another role';
  return message.includes('not currently held') ? 'lacking' : 'no such role';
}
