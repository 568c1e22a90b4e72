import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getString } from '../../../src/std/index.ts';
import { FakeCluster } from '../../reconcile/fake-cluster.ts';
import { SEED, toRandom } from '../../sim/seed.ts';
import { holderIn } from './instances.ts';
import { METHODS, type Request } from './ipc-cluster.ts';

const WORKER = fileURLToPath(new URL('kill-worker.ts', import.meta.url));
// KPLAN_KILLS=200 is the long run; KPLAN_SCALE=1 has the Leases last as long as they do for users.
const KILLS = Number(process.env['KPLAN_KILLS'] ?? 4);
const SCALE = Number(process.env['KPLAN_SCALE'] ?? 0.1);
const UNITS = Array.from({ length: 6 }, (_, index) => `unit-${index}`);
const WRITES: ReadonlySet<string> = new Set(['apply', 'create', 'update', 'delete']);

/** A cluster that three replicas, each a process, reach through this one: in what order their writes take effect is seen here alone. */
class Stage {
  readonly cluster = new FakeCluster();
  readonly overlaps: string[] = [];
  readonly lastAt = new Map<string, number>();
  revision = 0;
  late = 0;
  writes = 0;
  longest = 0;
  readonly #lastBy = new Map<string, string>();
  readonly #children = new Set<ChildProcess>();
  #born = 0;

  bear(): ChildProcess {
    const identity = `replica-${this.#born++}`;
    const words = [identity, String(UNITS.length), String(SCALE)];
    const child = fork(WORKER, words, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#children.add(child);
    child.on('message', (message) => {
      if (isRequest(message)) void this.#serve(child, identity, message);
    });
    return child;
  }

  async close(): Promise<void> {
    const ended = [...this.#children].map(async (child) => {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        child.kill('SIGKILL');
        await exit;
      }
    });
    await Promise.all(ended);
  }

  isSettled(): boolean {
    return UNITS.every((unit) =>
      ['one', 'two'].every((part) => {
        const object = this.cluster.objects().find(({ metadata }) => metadata['name'] === `${unit}-${part}`);
        return getString(object ?? null, 'data', 'revision') === String(this.revision);
      }),
    );
  }

  async #serve(child: ChildProcess, identity: string, { id, method, args }: Request): Promise<void> {
    const answer = await this.#answer(identity, method, args);
    // One that was killed a moment ago hears nothing any more.
    if (child.connected) child.send({ id, ...answer }, () => undefined);
  }

  async #answer(identity: string, method: Request['method'], args: readonly unknown[]): Promise<{ value: unknown } | { error: string }> {
    try {
      return { value: method === 'revision' ? this.revision : await this.#ask(identity, method, args) };
    } catch (error) {
      return { error: String(error) };
    }
  }

  async #ask(identity: string, method: Exclude<Request['method'], 'revision'>, args: readonly unknown[]): Promise<unknown> {
    const ask: unknown = Reflect.get(this.cluster, method);
    assert.ok(typeof ask === 'function');
    const unit =
      WRITES.has(method) && !isDryRun(args[1]) ? UNITS.find((name) => JSON.stringify(args[0]).includes(`"name":"${name}-`)) : undefined;
    const holder = unit === undefined ? identity : holderIn(this.cluster, unit);
    const answer: unknown = await Reflect.apply(ask, this.cluster, args);
    if (unit !== undefined && isOk(answer)) this.#note(unit, identity, holder);
    else if (holder !== identity) this.late++;
    return answer;
  }

  #note(unit: string, by: string, holder: string): void {
    this.writes++;
    const before = this.#lastBy.get(unit);
    if (holder !== by && before !== by) this.overlaps.push(`${by} wrote for ${unit}, which ${holder} works on since ${before ?? 'ever'}`);
    this.#lastBy.set(unit, by);
    const now = performance.now();
    this.longest = Math.max(this.longest, now - (this.lastAt.get(unit) ?? now));
    this.lastAt.set(unit, now);
  }
}

function isDryRun(options: unknown): boolean {
  return typeof options === 'object' && options !== null && 'dryRun' in options && options.dryRun === true;
}

function isOk(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'ok';
}

function isRequest(message: unknown): message is Request {
  if (typeof message !== 'object' || message === null || !('method' in message) || !('id' in message)) return false;
  return typeof message.id === 'number' && METHODS.some((method) => method === message.method);
}

it(`lets no two replicas write for a unit at once through ${KILLS} kills and pauses (KPLAN_SEED=${SEED})`, async (context) => {
  const [stage, random] = [new Stage(), toRandom(SEED)];
  context.after(() => stage.close());
  const live = [stage.bear(), stage.bear(), stage.bear()];
  const commits = setInterval(() => stage.revision++, 300);
  context.after(() => clearInterval(commits));
  while (stage.writes === 0) await sleep(50);
  for (let count = 0; count < KILLS; count++) {
    const index = Math.floor(random() * live.length);
    const victim = live[index];
    if (random() < 0.4) {
      victim?.kill('SIGKILL');
      live[index] = stage.bear();
    } else {
      victim?.kill('SIGSTOP');
      await sleep(random() * 25_000 * SCALE);
      victim?.kill('SIGCONT');
    }
    await sleep((16_000 + random() * 8_000) * SCALE);
  }
  clearInterval(commits);
  while (!stage.isSettled()) await sleep(50);
  assert.deepEqual(stage.overlaps, []);
  const seconds = (stage.longest / 1000).toFixed(1);
  context.diagnostic(
    `${KILLS} kills and pauses at ${SCALE} of the times: ${stage.writes} writes, ${stage.late} came late and were refused, the longest without a write for a unit ${seconds} s`,
  );
});
