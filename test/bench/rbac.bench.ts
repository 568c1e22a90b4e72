import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareRights, decide, whoCan, type ResourceRequest, listPaths } from '../../src/engine/rbac/index.ts';
import { readAccessIndex } from '../../src/engine/rbac/access-index.ts';
import { World, type KubernetesObject } from '../../src/model/index.ts';
import { getArray, getNumber, sha256, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import { makeAuditLog } from './audit-log.ts';
import { Oracle } from '../judges/oracle.ts';
import { measureKplan, type Bench } from './kplan.ts';
import { measureInTurn, measureOnce, measureWork, type Measured } from './measure.ts';
import { makeRbacWorld, makeRequests } from './rbac-world.ts';
import { listWhoCan } from './naive/who-can.ts';
import { toRatio, type BenchRow } from './row.ts';

const QUESTIONS = 1_000_000;
/** How many of the questions the real authorizer is asked as well. */
const ASKED = 20_000;
const WHO = 1000;
/** How many of those the naive twin answers, too. */
const WHO_NAIVELY = 20;
const RUNS = 5;
const LOG_BYTES = 1e9;
const BUILD = fileURLToPath(new URL('../../scripts/judges/build.sh', import.meta.url));

/** 20,000 bindings of 5,000 roles: reading them, questions beside the real authorizer, and a whole process. */
export async function benchRbac({ scratch, program }: Bench): Promise<readonly BenchRow[]> {
  const objects = makeRbacWorld();
  const world = World.of(objects);
  return [
    await indexWorld(objects),
    await findPaths(objects),
    ...(await compareOne(objects)),
    ...(await askMany(objects, world)),
    ...(await askWho(objects, world)),
    ...(await askByProcess(objects, { scratch, program })),
    await readLog({ scratch, program }),
  ];
}

async function indexWorld(objects: readonly KubernetesObject[]): Promise<BenchRow> {
  const measured = await measureWork(() => readAccessIndex(World.of(objects)));
  return { work: `index ${objects.length} roles and bindings that are in memory`, ...measured };
}

/** The world is new, so that nothing is remembered. */
async function findPaths(objects: readonly KubernetesObject[]): Promise<BenchRow> {
  const { answer, ...measured } = await measureWork(() => listPaths(World.of(objects)));
  return { work: `${answer.length} shortest paths of escalation, of all subjects`, ...measured, hash: sha256(JSON.stringify(answer)) };
}

/** One binding is given to somebody else, as `kplan --watch` sees it: not for the first time; the twin reads both worlds afresh. */
async function compareOne(objects: readonly KubernetesObject[]): Promise<readonly BenchRow[]> {
  const binding = objects.find(({ kind }) => kind === 'RoleBinding');
  if (binding === undefined) throw new Error('there is no binding to change');
  const change = (name: string): KubernetesObject => ({ ...binding, subjects: [{ kind: 'ServiceAccount', namespace: 'team-0', name }] });
  const before = World.of(objects);
  const compare = (name: string): ReturnType<typeof compareRights> => compareRights(before, before.with([change(name)]));
  for (const name of ['account-1', 'account-3', 'account-4']) compare(name);
  const own = await measureWork(() => compare('account-2'));
  const copies: readonly KubernetesObject[] = structuredClone(objects);
  const twin = await measureWork(() => compareRights(World.of(copies), World.of(structuredClone([...objects, change('account-2')]))));
  const hashOf = (answer: typeof own.answer): string => sha256(JSON.stringify(answer));
  return [
    {
      work: 'all that one changed binding lets whom do',
      ...own,
      ratio: `${toRatio(own.cpuMs, twin.cpuMs)} of both worlds' CPU`,
      hash: hashOf(own.answer),
      expected: hashOf(twin.answer),
    },
    { work: '  the same, both worlds read afresh', ...twin, hash: hashOf(twin.answer) },
  ];
}

/** The real authorizer says itself how long it took, reading its questions left out; its reasons must be ours. */
async function askMany(objects: readonly KubernetesObject[], world: World): Promise<readonly BenchRow[]> {
  const requests = makeRequests(QUESTIONS);
  // Reading the world is a row of its own.
  readAccessIndex(world);
  const own = await measureWork(() => requests.map((request) => decide(world, request).reason));
  const asked = requests.slice(0, ASKED);
  const oracle = new Oracle(execFileSync('bash', [BUILD, 'oracle'], { encoding: 'utf8' }).trim());
  const answer = await oracle.ask('decisions', { objects: objects.map((object) => ({ ...object })), requests: asked.map(toQuestion) });
  oracle.close();
  const realMs = (getNumber(answer, 'nanoseconds') ?? 0) / 1e6;
  const ratio = toRatio(own.cpuMs / QUESTIONS, realMs / ASKED);
  return [
    {
      work: `${QUESTIONS} can-i questions, with the server's reasons`,
      ...own,
      ratio: `${Math.round(QUESTIONS / own.cpuMs)},000/s of CPU, ${ratio} of the real authorizer's time`,
      hash: sha256(own.answer.slice(0, ASKED).join('\n')),
      expected: sha256(getArray(answer, 'reasons').map(String).join('\n')),
    },
    { work: `  the real authorizer, ${ASKED} of them`, wallMs: realMs, ratio: `${Math.round(ASKED / realMs)},000/s` },
  ];
}

function toQuestion({ user, verb, group, resource, subresource, namespace, name }: ResourceRequest): JsonValue {
  return { user: { name: user.name, groups: user.groups }, verb, group, resource, subresource, namespace, name };
}

async function askWho(objects: readonly KubernetesObject[], world: World): Promise<readonly BenchRow[]> {
  const actions = makeRequests(WHO);
  const own = await measureWork(() =>
    actions.map((action) => whoCan(world, action).map(({ subject, grant }) => `${grant.binding.ref.name} ${subject.name}`)),
  );
  const twin = await measureWork(() => actions.slice(0, WHO_NAIVELY).map((action) => listWhoCan(objects, action)));
  const hashOf = (answers: readonly (readonly string[])[]): string =>
    sha256(answers.map((list) => list.filter((text) => text.startsWith('binding-')).join()).join('\n'));
  return [
    {
      work: `${WHO} who-can questions`,
      ...own,
      ratio: `${toRatio(own.cpuMs / WHO, twin.cpuMs / WHO_NAIVELY)} of the naive CPU`,
      hash: hashOf(own.answer.slice(0, WHO_NAIVELY)),
      expected: hashOf(twin.answer),
    },
    { work: `  the naive twin, ${WHO_NAIVELY} of them`, ...twin, hash: hashOf(twin.answer) },
  ];
}

async function askByProcess(objects: readonly KubernetesObject[], { scratch, program }: Bench): Promise<readonly BenchRow[]> {
  const file = join(scratch, 'cluster.json');
  writeFileSync(file, stringifyJson({ apiVersion: 'v1', kind: 'List', items: objects.map((object) => ({ ...object })) }));
  const ask = ['who-can', 'get', 'secrets', '-n', 'team-7', '--snapshot', file, '-o', 'json'];
  const draw = ['rbac', '--snapshot', file, '--fail-on', 'never', '-o', 'dot'];
  const cache = join(scratch, 'cache');
  const [who] = await measureInTurn([() => measureKplan(program, ask, cache)], RUNS);
  const [paths] = await measureInTurn([() => measureKplan(program, draw, cache)], 1);
  const toRow = (work: string, measured: Measured | undefined): readonly BenchRow[] =>
    measured === undefined ? [] : [{ work, ...measured, hash: sha256(measured.stdout) }];
  return [
    ...toRow('kplan who-can get secrets, from a dump (JSON) of all that', who),
    ...toRow('kplan rbac -o dot of that dump: all rights, checks and paths', paths),
  ];
}

/** The log is piped in as it is made: it lies on no disk. */
async function readLog({ scratch, program }: Bench): Promise<BenchRow> {
  const manifests = join(scratch, 'none.yaml');
  writeFileSync(manifests, '');
  const args = [program, 'rbac', manifests, '--audit', '-', '--base', 'none'];
  const env = { ...process.env, KPLAN_CACHE: '', KUBECONFIG: '/no/such/kubeconfig', NO_COLOR: '1' };
  let ended = 0;
  const measured = await measureOnce(process.execPath, args, { env, input: makeAuditLog(LOG_BYTES, (requests) => (ended = requests)) });
  const [, requests = ''] = / ([\d,]+) requests of /.exec(measured.stdout) ?? [];
  return {
    work: `kplan rbac --audit, ${LOG_BYTES / 1e9} GB of audit log by a pipe`,
    ...measured,
    hash: sha256(requests.replaceAll(',', '')),
    expected: sha256(String(ended)),
  };
}
