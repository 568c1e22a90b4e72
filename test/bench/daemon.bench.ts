import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '../../src/std/index.ts';
import { commitAll, git } from '../cli/program.ts';
import { ControlPlane } from './control-plane.ts';
import type { Bench } from './kplan.ts';
import { toRatio, type BenchRow } from './row.ts';

const UNITS = 1000;
const COMMITS = 40;
const DRIFTED = 100;
/** The label of the objects that somebody deletes. */
const DRIFTS = 'drifts';
/** Milliseconds. */
const IDLE = 60_000;
const SETTLING = 10_000;
const LONGEST_COMMIT = 60_000;
const SECRET = 'bench';
/** What Flux 2 took for as many, as its own benchmark says: https://fluxcd.io/flux/flux-benchmark/ (1,000 Kustomizations). */
const PUBLISHED = { wallMs: 256_000, memoryMB: 175 };

/** A daemon that keeps a thousand units of four objects each equal to a repository, against a real kube-apiserver. */
export async function benchDaemon({ scratch, program }: Bench): Promise<readonly BenchRow[]> {
  const plane = await ControlPlane.start();
  try {
    return await measure(scratch, program.replace(/kplan\.js$/, 'kapply.js'), plane);
  } finally {
    await plane.stop();
  }
}

async function measure(scratch: string, program: string, plane: ControlPlane): Promise<readonly BenchRow[]> {
  const repository = join(scratch, 'repository');
  writeRepository(repository);
  const env = { ...process.env, KUBECONFIG: plane.connection.kubeconfig, KPLAN_CACHE: '', NO_COLOR: '1', KAPPLY_WEBHOOK_SECRET: SECRET };
  const words = [pathToFileURL(repository).href, '--watch', '--interval', '10m', '--listen', '127.0.0.1:0'];
  const [started, known] = [performance.now(), countRequests(plane)];
  const daemon = new Daemon(program, words, env);
  try {
    await daemon.isSynced(UNITS);
    const [wallMs, cost, requests] = [performance.now() - started, daemon.cost(), countRequests(plane) - known];
    const [hash, expected] = [sha256(listStored(plane)), sha256(listAsked())];
    const work = `kapply --watch, ${UNITS} units of 4 objects, first sync (${requests} requests)`;
    return [
      { work, wallMs, ...cost, ratio: toRatio(wallMs, PUBLISHED.wallMs), hash, expected },
      { work: '  Flux 2, as its own benchmark says', ...PUBLISHED },
      await measureCommits(repository, daemon, plane),
      await measureDrift(daemon, plane),
      await measureIdle(daemon, plane),
      await measureAgain(daemon, () => new Daemon(program, words, env), plane),
    ];
  } finally {
    await daemon.stop();
  }
}

async function measureCommits(repository: string, daemon: Daemon, plane: ControlPlane): Promise<BenchRow> {
  const latencies: number[] = [];
  const [before, known] = [daemon.cost(), countRequests(plane)];
  for (let commit = 0; commit < COMMITS; commit++) {
    writeUnit(repository, commit % UNITS, `changed ${commit}`);
    commitAll(repository, `Change ${commit}`);
    latencies.push(await daemon.brings(commit % UNITS, `changed ${commit}`, plane));
    await pauseFor((commit % 4) * 400);
  }
  const [after, requests] = [daemon.cost(), (countRequests(plane) - known) / COMMITS];
  const sorted = latencies.toSorted((a, b) => a - b);
  const worst = (sorted.at(-1) ?? 0).toFixed(0);
  return {
    work: `  a commit that touches one of them, from webhook to applied, median of ${COMMITS} (worst ${worst} ms; ${requests.toFixed(0)} requests)`,
    wallMs: sorted[COMMITS >> 1] ?? 0,
    cpuMs: (after.cpuMs - before.cpuMs) / COMMITS,
    memoryMB: after.memoryMB,
  };
}

/** Somebody deletes objects of as many units at once. */
async function measureDrift(daemon: Daemon, plane: ControlPlane): Promise<BenchRow> {
  const before = daemon.cost();
  const uids = new Set(listUids(plane));
  if (uids.size !== DRIFTED) throw new Error(`${uids.size} objects are there to be deleted`);
  const started = performance.now();
  kubectl(plane, 'delete', '--raw', `/api/v1/namespaces/default/configmaps?labelSelector=${DRIFTS}%3Dyes`);
  for (let healed = 0; healed < DRIFTED; await pauseFor(100)) healed = listUids(plane).filter((uid) => !uids.has(uid)).length;
  const wallMs = performance.now() - started;
  const { cpuMs, memoryMB } = daemon.cost();
  return { work: `  ${DRIFTED} objects that somebody deleted at once are there again`, wallMs, cpuMs: cpuMs - before.cpuMs, memoryMB };
}

async function measureIdle(daemon: Daemon, plane: ControlPlane): Promise<BenchRow> {
  await pauseFor(SETTLING);
  const [before, known, started] = [daemon.cost(), countRequests(plane), performance.now()];
  await pauseFor(IDLE);
  const { cpuMs, memoryMB } = daemon.cost();
  const wallMs = performance.now() - started;
  const each = (countRequests(plane) - known) / UNITS / (wallMs / 1000);
  return {
    work: `  nothing to do (${each.toFixed(3)} requests a second and unit, the cluster's own with them)`,
    wallMs,
    cpuMs: cpuMs - before.cpuMs,
    memoryMB,
    ratio: `${(((cpuMs - before.cpuMs) / wallMs) * 100).toFixed(1)}% of a core`,
  };
}

async function measureAgain(daemon: Daemon, start: () => Daemon, plane: ControlPlane): Promise<BenchRow> {
  await daemon.stop();
  const [started, known] = [performance.now(), countRequests(plane)];
  const again = start();
  try {
    await again.isSynced(UNITS);
    const cost = again.cost();
    const requests = countRequests(plane) - known;
    return {
      work: `  started again: all are looked at, none changes (${requests} requests)`,
      wallMs: performance.now() - started,
      ...cost,
    };
  } finally {
    await again.stop();
  }
}

/** In one request, as the deletion is: kubectl asks for named objects one by one, and not more than five a second. */
function listUids(plane: ControlPlane): readonly string[] {
  const format = 'jsonpath={range .items[*]}{.metadata.uid}{"\\n"}{end}';
  return kubectl(plane, 'get', 'configmaps', '-n', 'default', '-l', `${DRIFTS}=yes`, '-o', format)
    .split('\n')
    .filter((uid) => uid !== '');
}

function writeRepository(repository: string): void {
  mkdirSync(repository, { recursive: true });
  git(repository, 'init', '--quiet', '--initial-branch=main');
  const units = Array.from({ length: UNITS }, (_, index) => {
    writeUnit(repository, index, 'first');
    return `- {name: u${index}, path: apps/u${index}}`;
  });
  writeFileSync(join(repository, 'kplan.yaml'), `apiVersion: kplan.dev/v1\nkind: Config\nunits:\n${units.join('\n')}\n`);
  commitAll(repository, 'First');
}

/** An account, settings, a Service and a Deployment without pods: no node is needed, and nothing but the daemon is busy. */
function writeUnit(repository: string, index: number, value: string): void {
  const [name, folder] = [`u${index}`, join(repository, 'apps', `u${index}`)];
  mkdirSync(folder, { recursive: true });
  const metadata = `metadata: { name: ${name}, namespace: default }`;
  const marked = `metadata: { name: ${name}, namespace: default, labels: { ${DRIFTS}: "${index < DRIFTED ? 'yes' : 'no'}" } }`;
  const labels = `{ app: ${name} }`;
  const container = `{ name: web, image: "registry.example/web:1.0", envFrom: [{ configMapRef: { name: ${name} } }] }`;
  const objects = [
    `apiVersion: v1\nkind: ServiceAccount\n${metadata}\n`,
    `apiVersion: v1\nkind: ConfigMap\n${marked}\ndata: { value: "${value}" }\n`,
    `apiVersion: v1\nkind: Service\n${metadata}\nspec: { selector: ${labels}, ports: [{ port: 80 }] }\n`,
    `apiVersion: apps/v1\nkind: Deployment\n${metadata}\nspec:\n  replicas: 0\n  selector: { matchLabels: ${labels} }\n` +
      `  template:\n    metadata: { labels: ${labels} }\n    spec: { serviceAccountName: ${name}, containers: [${container}] }\n`,
  ];
  writeFileSync(join(folder, 'all.yaml'), objects.join('---\n'));
}

function listAsked(): string {
  const names = Array.from({ length: UNITS }, (_, index) => `u${index}`);
  return ['ConfigMap', 'Deployment', 'Service', 'ServiceAccount']
    .flatMap((kind) => names.map((name) => `${kind}/${name}`))
    .toSorted()
    .join('\n');
}

function listStored(plane: ControlPlane): string {
  const kinds = 'configmaps,deployments,services,serviceaccounts';
  const format = 'jsonpath={range .items[*]}{.kind}/{.metadata.name}{"\\n"}{end}';
  return kubectl(plane, 'get', kinds, '-n', 'default', '-o', format)
    .split('\n')
    .filter((line) => /\/u\d+$/.test(line))
    .toSorted()
    .join('\n');
}

function countRequests(plane: ControlPlane): number {
  const lines = kubectl(plane, 'get', '--raw', '/metrics').matchAll(/^apiserver_request_total\{.*\} (\d+)/gm);
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}

function kubectl(plane: ControlPlane, ...args: readonly string[]): string {
  const env = { ...process.env, KUBECONFIG: plane.connection.kubeconfig };
  return execFileSync(plane.connection.kubectl, args, { env, maxBuffer: 1 << 28 }).toString();
}

/** A running daemon, and what it says of itself. */
class Daemon {
  readonly #child: ChildProcess;
  #text = '';
  #url: string | undefined;

  constructor(program: string, words: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [program, ...words], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#text += chunk.toString()));
  }

  /** Waits until so many units are as the repository says. */
  async isSynced(count: number): Promise<void> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(this.#text);
      const metrics = await this.#read('/metrics');
      if (new RegExp(`^kapply_units\\{outcome="synced"\\} ${count}$`, 'm').test(metrics)) return;
      await pauseFor(1000);
    }
  }

  /** Says that there is a commit, and answers after how many milliseconds the cluster holds what it asks for. */
  async brings(index: number, value: string, plane: ControlPlane): Promise<number> {
    const url = `${await this.#find()}/webhook`;
    const [start, from] = [performance.now(), this.#text.length];
    await fetch(url, { method: 'POST', headers: { 'x-gitlab-token': SECRET } });
    const wanted = `u${index}: synced: 1 change\n`;
    while (!this.#text.slice(from).includes(wanted)) {
      if (performance.now() - start > LONGEST_COMMIT) throw new Error(`u${index} is not as the commit says: ${this.#text.slice(from)}`);
      await pauseFor(5);
    }
    const took = performance.now() - start;
    const stored = kubectl(plane, 'get', 'configmap', `u${index}`, '-n', 'default', '-o', 'jsonpath={.data.value}');
    if (stored !== value) throw new Error(`u${index} holds ${stored}, not ${value}`);
    return took;
  }

  /** CPU time so far, and the most memory that it ever had. */
  cost(): { readonly cpuMs: number; readonly memoryMB: number } {
    const ticks = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13);
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))?.[1];
    return { cpuMs: ticks.reduce((sum, tick) => sum + Number(tick) * 10, 0), memoryMB: Number(peak) / 1024 };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await ended;
  }

  async #read(path: string): Promise<string> {
    // A daemon that is busy for seconds cuts connections off.
    const url = `${await this.#find()}${path}`;
    return fetch(url).then(
      (answer) => answer.text(),
      () => '',
    );
  }

  async #find(): Promise<string> {
    while (this.#url === undefined) {
      if (this.#child.exitCode !== null) throw new Error(this.#text);
      this.#url = /listening on (http:\S+?),? /.exec(this.#text)?.[1];
      await pauseFor(20);
    }
    return this.#url;
  }
}

function pauseFor(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
