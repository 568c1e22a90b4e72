// Keeps three instances of the daemon busy for a long time with what goes wrong in life, and looks at quiet points whether the
// cluster equals the repository: `npm run soak -- --minutes 30 --seed 7`, with `--live` against a real API server, that is
// killed and paused too. Ends with 1 where it once did not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { KplanError, type ObjectRef } from '../../src/model/index.ts';
import { getString, sortedUnique } from '../../src/std/index.ts';
import { GitServer } from '../loader/git/remote/git-server.ts';
import { REAL_CLOCK } from '../sim/embedded.ts';
import { openEmbeddedPlace, openLivePlace } from './place.ts';
import { Replica } from './replica.ts';
import { Repository } from './repository.ts';

const UNITS = 10;
const SECRET = 'soak';
/** How long a quiet point may take: lost instances, back-offs and a machine that is busy with other work. */
const LONGEST_QUIET = 300_000;
/** What memory does until caches are full and code is compiled says nothing of what it does for ever. */
const WARM_UP = 1 / 3;
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    live: { type: 'boolean', default: false },
  },
});
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
const endings: (() => unknown)[] = [];
const counts = new Map<string, number>();
let serial = 0;

const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
const refOf = (name: string): ObjectRef => ({ ...CONFIG_MAP, namespace: 'default', name });

const repository = new Repository(join(folder, 'repository'), UNITS, pick);
const server = new GitServer(folder);
const url = `${await server.start({ after: (done) => endings.push(done) })}/repository/.git`;
const place = values.live ? await openLivePlace(folder) : openEmbeddedPlace(folder);
// Drift takes fields, and is to be healed without a person.
const words = [url, '--force-conflicts', '--ref', 'main', '--watch', ...place.words, '--interval', '5s', '--listen', '127.0.0.1:0'];
const replicas = [1, 2, 3].map(() => new Replica(folder, words, { ...place.env, KAPPLY_WEBHOOK_SECRET: SECRET }));
const [survivor, ...victims] = replicas;
survivor?.start();
for (const victim of victims) victim.start();
await sleep(3_000);
const cluster = await place.open();

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
  const names = [...repository.asked.keys()];
  const ref = refOf(names[pick(names.length)] ?? '');
  const isDeleted = random() < 0.5;
  const live = await cluster.get(ref);
  if (live === undefined) return;
  const result = isDeleted
    ? await cluster.delete(ref)
    : await cluster.update({ ...live, data: { colour: 'drifted' } }, { fieldManager: 'somebody' });
  if (result.kind === 'ok') count('drifts');
}

const harms: readonly (() => Promise<void> | void)[] = [
  ...[1, 2, 3].map(() => () => {
    count('commits');
    repository.change();
    return sendWebhook();
  }),
  () => whereReachable(drift).then(() => undefined),
  async () => {
    const victim = victims[pick(victims.length)];
    count('kills');
    await victim?.signal('SIGKILL');
    victim?.start();
  },
  async () => {
    const victim = victims[pick(victims.length)];
    count('pauses');
    await victim?.signal('SIGSTOP');
    await sleep(pick(15_000));
    await victim?.signal('SIGCONT');
  },
  async () => {
    count('outages of Git');
    server.isDown = true;
    await sleep(pick(10_000));
    server.isDown = false;
  },
  ...place.faults.map(({ name, happen }) => () => {
    count(name);
    return happen(random);
  }),
];

/** What the work answers; undefined where the cluster cannot be reached. */
async function whereReachable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KplanError) return undefined;
    throw error;
  }
}

/** What the cluster lacks, holds otherwise, or holds besides. */
async function findDifferences(): Promise<readonly string[]> {
  const { asked } = repository;
  const list = await whereReachable(() => cluster.list(CONFIG_MAP, { namespace: 'default' }));
  if (list === undefined) return ['the cluster cannot be reached'];
  const live = new Map(
    list.items.flatMap((object) => {
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
const elapsed = (): number => (Date.now() - began) / 60_000;
const memories: (readonly [number, number])[] = [];
let quietPoints = 0;
let longest = 0;
let failure: string | undefined;
while (failure === undefined && elapsed() < minutes) {
  for (let left = 3 + pick(6); left > 0; left--) {
    await harms[pick(harms.length)]?.();
    await sleep(pick(1_000));
  }
  const from = Date.now();
  let rest = await findDifferences();
  for (; rest.length > 0 && Date.now() - from < LONGEST_QUIET; rest = await findDifferences()) await sleep(200);
  const took = Date.now() - from;
  longest = Math.max(longest, took);
  if (rest.length > 0) failure = `after ${LONGEST_QUIET / 1000} s these differ: ${rest.join(', ')}`;
  quietPoints++;
  const memory = await survivor?.readMemory();
  if (memory !== undefined) memories.push([elapsed(), memory]);
  const done = [...counts].map(([what, number]) => `${number} ${what}`).join(', ');
  console.log(`${elapsed().toFixed(1)} min: equal after ${(took / 1000).toFixed(1)} s, ${memory?.toFixed(0) ?? '?'} MiB; ${done}`);
}
if (survivor?.isRunning !== true) failure ??= 'the instance that nobody killed has ended';
for (const replica of replicas) await replica.signal('SIGCONT').then(() => replica.signal('SIGKILL'));
await cluster.close();
await place.close();
for (const end of endings) end();
if (failure !== undefined) for (const { text } of replicas) console.log(text.slice(-3_000));
rmSync(folder, { recursive: true, force: true });
const settled = memories.filter(([at]) => at >= minutes * WARM_UP);
const range = settled.length === 0 ? '' : `, ${settled[0]?.[1].toFixed(0)} to ${settled.at(-1)?.[1].toFixed(0)} MiB`;
console.log(
  `${failure === undefined ? 'equal' : 'NOT EQUAL'} at ${quietPoints} quiet points in ${elapsed().toFixed(1)} min, seed ${values.seed}; ` +
    `the longest wait ${(longest / 1000).toFixed(1)} s; memory of the instance that was never killed: ${slopeOf(settled).toFixed(2)} MiB a minute over the last two thirds${range}`,
);
if (failure !== undefined) console.log(failure);
process.exitCode = failure === undefined ? 0 : 1;
