// Keeps three instances of the daemon busy for a long time with what goes wrong in life, and looks at quiet points whether the
// cluster equals the repository: `npm run soak -- --minutes 30 --seed 7`. Ends with 1 where it once did not.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ObjectRef } from '../../src/model/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { getString, sortedUnique } from '../../src/std/index.ts';
import { commitAll, git } from '../cli/program.ts';
import { GitServer } from '../loader/git/remote/git-server.ts';
import { CATALOG, REAL_CLOCK } from '../sim/embedded.ts';
import { Replica } from './replica.ts';

const UNITS = 10;
const SECRET = 'soak';
/** How long a quiet point may take: lost instances, back-offs and a machine that is busy with other work. */
const LONGEST_QUIET = 300_000;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } } });
const minutes = Number(values.minutes);
let state = Number(values.seed) | 0;

/** From 0 to below 1 (mulberry32). */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

const pick = (count: number): number => Math.floor(random() * count);
const sleep = (milliseconds: number): Promise<void> => REAL_CLOCK.sleep(milliseconds);

const folder = mkdtempSync(join(tmpdir(), 'kapply-soak-'));
const repository = join(folder, 'repository');
const endings: (() => unknown)[] = [];
const counts = new Map<string, number>();
/** What each unit asks for: names and colours. */
const wanted = new Map<string, Map<string, string>>();
let serial = 0;

const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
const refOf = (name: string): ObjectRef => ({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name });

function writeUnit(unit: string): void {
  mkdirSync(join(repository, 'apps', unit), { recursive: true });
  const objects = [...(wanted.get(unit) ?? [])].map(
    ([name, colour]) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {colour: ${colour}}\n`,
  );
  writeFileSync(join(repository, 'apps', unit, 'all.yaml'), objects.join('---\n'));
}

function changeUnit(): void {
  const unit = `unit-${pick(UNITS)}`;
  const objects = wanted.get(unit) ?? new Map<string, string>();
  wanted.set(unit, objects);
  const names = [...objects.keys()];
  const kind = names.length < 2 ? 0 : names.length > 6 ? 1 : pick(3);
  if (kind === 0) objects.set(`${unit}-${serial++}`, `c${serial}`);
  else if (kind === 1) objects.delete(names[pick(names.length)] ?? '');
  else objects.set(names[pick(names.length)] ?? '', `c${serial++}`);
  writeUnit(unit);
}

mkdirSync(repository);
git(repository, 'init', '--quiet', '--initial-branch=main');
const listed = Array.from({ length: UNITS }, (_, index) => `- {name: unit-${index}, path: apps/unit-${index}}`);
writeFileSync(join(repository, 'kplan.yaml'), `apiVersion: kplan.dev/v1\nkind: Config\nunits:\n${listed.join('\n')}\n`);
for (let index = 0; index < UNITS; index++) {
  wanted.set(`unit-${index}`, new Map([[`unit-${index}-first`, 'red']]));
  writeUnit(`unit-${index}`);
}
commitAll(repository, 'First');

const server = new GitServer(folder);
const url = `${await server.start({ after: (done) => endings.push(done) })}/repository/.git`;
// Drift takes fields, and is to be healed without a person.
const words = [
  url,
  '--force-conflicts',
  '--ref',
  'main',
  '--watch',
  '--embedded',
  'cluster',
  '--interval',
  '5s',
  '--listen',
  '127.0.0.1:0',
];
const replicas = [1, 2, 3].map(() => new Replica(folder, words, SECRET));
const [survivor, ...victims] = replicas;
survivor?.start();
for (const victim of victims) victim.start();
await sleep(3_000);
const cluster = await openEmbeddedCluster({ directory: join(folder, 'cluster'), clock: REAL_CLOCK, catalog: CATALOG, sync: false });

async function sendWebhook(): Promise<void> {
  const times = pick(3);
  count(times === 0 ? 'webhooks lost' : times === 1 ? 'webhooks' : 'webhooks doubled');
  const key = `delivery-${serial++}`;
  for (let sent = 0; sent < times; sent++)
    for (const { url: face } of replicas)
      if (face !== undefined)
        await fetch(`${face}/webhook`, {
          method: 'POST',
          headers: { 'x-gitlab-token': SECRET, 'idempotency-key': key },
          signal: AbortSignal.timeout(2_000),
        }).catch(() => undefined);
}

async function drift(): Promise<void> {
  const names = [...wanted.values()].flatMap((objects) => [...objects.keys()]);
  const ref = refOf(names[pick(names.length)] ?? '');
  const live = await cluster.get(ref);
  if (live === undefined) return;
  count('drifts');
  if (random() < 0.5) await cluster.delete(ref);
  else await cluster.update({ ...live, data: { colour: 'drifted' } }, { fieldManager: 'somebody' });
}

async function harm(): Promise<void> {
  const victim = victims[pick(victims.length)];
  switch (pick(7)) {
    case 0:
    case 1:
    case 2:
      count('commits');
      changeUnit();
      commitAll(repository, 'Next');
      return sendWebhook();
    case 3:
      return drift();
    case 4:
      count('kills');
      await victim?.signal('SIGKILL');
      return victim?.start();
    case 5:
      count('pauses');
      await victim?.signal('SIGSTOP');
      await sleep(pick(15_000));
      return victim?.signal('SIGCONT');
    default:
      count('outages of Git');
      server.isDown = true;
      await sleep(pick(10_000));
      server.isDown = false;
  }
}

/** What the cluster lacks, holds otherwise, or holds besides. */
async function findDifferences(): Promise<readonly string[]> {
  const asked = new Map([...wanted.values()].flatMap((objects) => [...objects]));
  const { items } = await cluster.list({ group: '', version: 'v1', kind: 'ConfigMap' }, { namespace: 'default' });
  const live = new Map(
    items.flatMap((object) => {
      const name = getString(object.metadata, 'name') ?? '';
      return name.startsWith('unit-') ? [[name, getString(object, 'data', 'colour')] as const] : [];
    }),
  );
  return sortedUnique([...asked.keys(), ...live.keys()]).filter((name) => asked.get(name) !== live.get(name));
}

/** Least squares, of MiB over minutes. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length);
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, memory]) => memory))];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [at, memory]) => sum + (at - x) * (memory - y), 0) / spread;
}

const began = Date.now();
const memories: (readonly [number, number])[] = [];
let quietPoints = 0;
let longest = 0;
let failure: string | undefined;
while (failure === undefined && Date.now() - began < minutes * 60_000) {
  for (let left = 3 + pick(6); left > 0; left--) {
    await harm();
    await sleep(pick(1_000));
  }
  const from = Date.now();
  let rest = await findDifferences();
  for (; rest.length > 0 && Date.now() - from < LONGEST_QUIET; rest = await findDifferences()) await sleep(200);
  longest = Math.max(longest, Date.now() - from);
  if (rest.length > 0) failure = `after ${LONGEST_QUIET / 1000} s these differ: ${rest.join(', ')}`;
  quietPoints++;
  const memory = await survivor?.readMemory();
  if (memory !== undefined) memories.push([(Date.now() - began) / 60_000, memory]);
  const done = [...counts].map(([what, number]) => `${number} ${what}`).join(', ');
  console.log(
    `${((Date.now() - began) / 60_000).toFixed(1)} min: equal after ${((Date.now() - from) / 1000).toFixed(1)} s, ${memory?.toFixed(0) ?? '?'} MiB; ${done}`,
  );
}
if (survivor?.isRunning !== true) failure ??= 'the instance that nobody killed has ended';
for (const replica of replicas) await replica.signal('SIGCONT').then(() => replica.signal('SIGKILL'));
await cluster.close();
for (const end of endings) end();
if (failure !== undefined) for (const { text } of replicas) console.log(text.slice(-3_000));
rmSync(folder, { recursive: true, force: true });
const settled = memories.slice(Math.floor(memories.length / 3));
console.log(
  `${failure === undefined ? 'equal' : 'NOT EQUAL'} at ${quietPoints} quiet points in ${((Date.now() - began) / 60_000).toFixed(1)} min, seed ${values.seed}; ` +
    `the longest wait ${(longest / 1000).toFixed(1)} s; memory of the instance that was never killed: ${slopeOf(settled).toFixed(2)} MiB a minute over the last two thirds`,
);
if (failure !== undefined) console.log(failure);
process.exitCode = failure === undefined ? 0 : 1;
