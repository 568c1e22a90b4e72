import { authorize, whoCan, withBootstrapPolicy, type AccessRequest } from '../../src/engine/rbac/index.ts';
import { World } from '../../src/model/index.ts';
import { listVersions } from '../../src/model/schema/index.ts';
import { getArray, getBoolean, getObject, getString, sortedUnique, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import { NEWEST, ofRelease, type OracleJudge } from './oracle-judge.ts';
import { makePolicy, makeRequest, readObjects, readUser } from './rbac-world.ts';

/** Requests in each world of roles and bindings. */
const REQUESTS = 25;

/** Whether `authorize` and `whoCan` say what the RBAC authorizer says, with the default policy, aggregated by the real controller. */
export const authorizeJudge: OracleJudge = toAuthorizeJudge(NEWEST);

/** The same of the releases before the newest. */
export const authorizeJudges: readonly OracleJudge[] = listVersions()
  .filter((version) => version !== NEWEST)
  .map(toAuthorizeJudge);

function toAuthorizeJudge(version: string): OracleJudge {
  return {
    ...ofRelease('authorize', version),
    cases: 400,
    branches: [
      'allowed by ClusterRoleBinding: path',
      'allowed by ClusterRoleBinding: resource',
      'allowed by RoleBinding: resource',
      'allowed as system:masters: path',
      'allowed as system:masters: resource',
      'denied: path',
      'denied: resource',
      'denied with missing roles: resource',
      'nobody but system:masters',
      'somebody',
    ],
    generate: (random) => ({ objects: makePolicy(random), requests: random.list(REQUESTS, () => makeRequest(random)) }),
    compare: (input, answer) => compare(input, answer, version),
  };
}

function compare(input: JsonValue, answer: JsonValue, version: string): Comparison | undefined {
  const objects = readObjects(getArray(input, 'objects'));
  if (objects === undefined) return undefined;
  const world = withBootstrapPolicy(World.of(objects), version);
  const answers = getArray(answer);
  const compared = getArray(input, 'requests').map((value, index) => compareRequest(world, toRequest(value), answers[index] ?? null));
  const coverage = sortedUnique(compared.flatMap((item) => item.coverage));
  const wrong = compared.find(({ ours, real }) => ours !== real);
  if (wrong === undefined) return { coverage };
  return { coverage, difference: { signature: 'decision', ours: wrong.ours, servers: wrong.real } };
}

interface Compared {
  readonly ours: string;
  readonly real: string;
  readonly coverage: readonly string[];
}

function compareRequest(world: World, request: AccessRequest, answer: JsonValue): Compared {
  const { allowed, reason } = authorize(world, request);
  const subjects = whoCan(world, request).map(
    ({ subject: { kind, namespace, name } }) => `${kind} ${kind === 'ServiceAccount' ? namespace : ''} ${name}`,
  );
  const real = {
    allowed: getBoolean(answer, 'allowed') ?? null,
    reason: getString(answer, 'reason') ?? null,
    subjects: readSubjects(getArray(answer, 'subjects'), request),
  };
  const ours = { allowed, reason, subjects: [...new Set(['Group  system:masters', ...subjects])] };
  const [, kind = 'as system:masters'] = /allowed (by \w+)/.exec(reason) ?? [];
  const verdict = allowed ? `allowed ${kind}` : reason === '' ? 'denied' : 'denied with missing roles';
  const who = real.subjects.length > 1 ? 'somebody' : 'nobody but system:masters';
  return { ours: stringifyJson(ours), real: stringifyJson(real), coverage: [`${verdict}: ${request.kind}`, who] };
}

/** A RoleBinding need not name the namespace of a ServiceAccount; the locator gives its subjects as they are written. */
function readSubjects(subjects: readonly JsonValue[], request: AccessRequest): readonly string[] {
  const namespace = request.kind === 'resource' ? request.namespace : '';
  const texts = subjects.map((text) =>
    typeof text === 'string' ? text.replace(/^ServiceAccount {2}/, `ServiceAccount ${namespace} `) : '',
  );
  return [...new Set(texts)];
}

/** A request of a case. */
export function toRequest(value: JsonValue): AccessRequest {
  const text = (name: string): string => getString(value, name) ?? '';
  const [user, verb] = [readUser(getObject(value, 'user') ?? null), text('verb')];
  if (text('path') !== '') return { kind: 'path', user, verb, path: text('path') };
  const [group, resource, subresource] = [text('group'), text('resource'), text('subresource')];
  const asked = { kind: 'resource', user, verb, group, resource, subresource, namespace: text('namespace'), name: text('name') } as const;
  return text('fieldSelector') === '' ? asked : { ...asked, fieldSelector: text('fieldSelector') };
}
