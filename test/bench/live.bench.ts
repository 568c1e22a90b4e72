import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getArray, getNumber, getString, parseJson, sha256 } from '../../src/std/index.ts';
import { ControlPlane } from './control-plane.ts';
import { bundleBeside, type Bench } from './kplan.ts';
import { measureInTurn, measureOnce, type Measured } from './measure.ts';
import { toRatio, type BenchRow } from './row.ts';

const OBJECTS = 2000;
const MANY = 10_000;
const CHANGED = 10;
const RUNS = 3;

/** Plans and applies against a real kube-apiserver, beside kubectl on the same server and a bare client that sends the same patches. */
export async function benchLive({ scratch, program }: Bench): Promise<readonly BenchRow[]> {
  const plane = await ControlPlane.start();
  try {
    const bench = new LiveBench(scratch, program, plane);
    return [...(await bench.plan()), ...(await bench.apply()), ...(await bench.large())];
  } finally {
    await plane.stop();
  }
}

class LiveBench {
  readonly #scratch: string;
  readonly #program: string;
  readonly #plane: ControlPlane;
  readonly #env: NodeJS.ProcessEnv;
  readonly #made = new Set<string>();

  constructor(scratch: string, program: string, plane: ControlPlane) {
    this.#scratch = scratch;
    this.#program = program;
    this.#plane = plane;
    this.#env = { ...process.env, KUBECONFIG: plane.connection.kubeconfig, KPLAN_CACHE: join(scratch, 'cache'), NO_COLOR: '1' };
  }

  /** Each tool applies the same objects to a cluster without others, cold; then two of them again, side by side. */
  async apply(): Promise<readonly BenchRow[]> {
    let round = 0;
    const fresh = async (tool: string): Promise<string> => {
      await this.#clear();
      return this.#write(`${tool}-${round++}`, OBJECTS);
    };
    const bare = bundleBeside(this.#program, 'test/bench/bare-apply.ts');
    const { port, token, certificate } = this.#plane.connection;
    const sendBare = async (): Promise<Measured> => {
      const folder = await fresh('bare');
      await this.#kubectl('create', 'namespace', namespaceOf(folder));
      return measureOnce(process.execPath, [bare, folder, String(port), token, certificate]);
    };
    const apply = (folder: string): Promise<Measured> => this.#kubectl('apply', '--server-side', '-f', folder);
    const [kapply, kubectl, floor] = await measureInTurn(
      [async () => this.#kapply(await fresh('kapply')), async () => apply(await fresh('kubectl')), sendBare],
      RUNS,
    );
    const again = { kapply: await fresh('kapply'), kubectl: this.#write('kubectl-again', OBJECTS) };
    await this.#kapply(again.kapply);
    await apply(again.kubectl);
    const [idle, idleKubectl] = await measureInTurn([() => this.#kapply(again.kapply), () => apply(again.kubectl)], RUNS);
    if (kapply === undefined || kubectl === undefined || floor === undefined || idle === undefined || idleKubectl === undefined) return [];
    const stored = await this.#hash(namespaceOf(again.kapply));
    const expected = await this.#hash(namespaceOf(again.kubectl));
    return [
      toRow(`kapply ${OBJECTS} ConfigMaps to a live cluster, cold`, kapply, { peer: kubectl, hash: stored, expected }),
      toRow('  kubectl apply --server-side', kubectl, { hash: expected }),
      toRow('  a bare client, the same patches 16 at a time', floor, { peer: kapply, peerName: 'kapply' }),
      toRow(`kapply ${OBJECTS} ConfigMaps, nothing to do`, idle, { peer: idleKubectl, hash: stored, expected }),
      toRow('  kubectl apply --server-side', idleKubectl, { hash: expected }),
    ];
  }

  async plan(): Promise<readonly BenchRow[]> {
    const folder = this.#write('planned', OBJECTS);
    await this.#kapply(folder);
    this.#write('planned', OBJECTS, CHANGED);
    const [kplan, kubectl] = await measureInTurn(
      [() => this.#kplan(folder), () => this.#kubectl('diff', '--server-side', '--force-conflicts', '-f', folder)],
      RUNS,
    );
    if (kplan === undefined || kubectl === undefined) return [];
    const [hash, expected] = [sha256(changedIn(kplan.stdout).join()), sha256(changedInDiff(kubectl.stdout).join())];
    const watched = await measureOnce(process.execPath, [bundleBeside(this.#program, 'test/bench/watched-live.ts'), folder], {
      env: this.#env,
    });
    if (watched.code !== 0) throw new Error(watched.stderr);
    const again = parseJson(watched.stdout);
    return [
      toRow(`kplan ${OBJECTS} objects against a live cluster, ${CHANGED} changed`, kplan, { peer: kubectl, hash, expected }),
      toRow('  kubectl diff --server-side', kubectl, { hash: expected }),
      {
        work: '  kplan again in the same process, after one live change',
        wallMs: getNumber(again, 'wallMs') ?? 0,
        cpuMs: getNumber(again, 'cpuMs') ?? 0,
        memoryMB: getNumber(again, 'memoryMB') ?? 0,
        hash: sha256(String(getNumber(again, 'answer'))),
        expected: sha256(String(CHANGED + 1)),
      },
    ];
  }

  async large(): Promise<readonly BenchRow[]> {
    await this.#clear();
    const folder = this.#write('large', MANY);
    await this.#kapply(folder);
    this.#write('large', MANY, CHANGED);
    const [kplan] = await measureInTurn([() => this.#kplan(folder)], RUNS);
    if (kplan === undefined) return [];
    const expected = sha256(
      Array.from({ length: CHANGED }, (_, index) => `c${index}`)
        .toSorted()
        .join(),
    );
    return [
      toRow(`kplan ${MANY} objects against a live cluster, ${CHANGED} changed`, kplan, {
        hash: sha256(changedIn(kplan.stdout).join()),
        expected,
      }),
    ];
  }

  /** ConfigMaps in a namespace of the folder's name, some of them with another value. */
  #write(name: string, count: number, changed = 0): string {
    const folder = join(this.#scratch, name);
    this.#made.add(name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '0-namespace.yaml'), `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`);
    for (let index = 0; index < count; index++) {
      const value = index < changed ? 'changed' : String(index);
      const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c${index}, namespace: ${name} }\ndata: { key: "${value}", text: "${'x'.repeat(200)}" }\n`;
      writeFileSync(join(folder, `c${index}.yaml`), object);
    }
    return folder;
  }

  #kplan(folder: string): Promise<Measured> {
    return measureOnce(process.execPath, [this.#program, folder, '--unit', namespaceOf(folder), '-q', '-o', 'json'], { env: this.#env });
  }

  async #kapply(folder: string): Promise<Measured> {
    const program = this.#program.replace(/kplan\.js$/, 'kapply.js');
    const args = [program, folder, '--yes', '--unit', namespaceOf(folder), '-q', '--concurrency', '16'];
    const measured = await measureOnce(process.execPath, args, { env: this.#env });
    if (measured.code !== 0) throw new Error(measured.stdout + measured.stderr);
    return measured;
  }

  /** Removes the namespaces of earlier runs, so that each run has the cluster for itself. */
  async #clear(): Promise<void> {
    const made = [...this.#made];
    this.#made.clear();
    if (made.length > 0) await this.#kubectl('delete', 'namespace', '--ignore-not-found', ...made);
  }

  #kubectl(...args: readonly string[]): Promise<Measured> {
    return measureOnce(this.#plane.connection.kubectl, args, { env: this.#env });
  }

  /** What a namespace holds, but for where it is. */
  async #hash(namespace: string): Promise<string> {
    const { stdout } = await this.#kubectl(
      'get',
      'configmaps',
      '-n',
      namespace,
      '-o',
      'jsonpath={range .items[*]}{.metadata.name}={.data}{"\\n"}{end}',
    );
    return sha256(stdout);
  }
}

function namespaceOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('/') + 1);
}

function toRow(
  work: string,
  measured: Measured,
  { peer, peerName, hash, expected }: { peer?: Measured; peerName?: string; hash?: string; expected?: string } = {},
): BenchRow {
  const { wallMs, cpuMs, memoryMB } = measured;
  const ratio =
    peer === undefined
      ? {}
      : {
          ratio:
            peerName === undefined
              ? `${toRatio(wallMs, peer.wallMs)} wall, ${toRatio(cpuMs, peer.cpuMs)} CPU`
              : `${peerName} ${toRatio(peer.wallMs, wallMs)} wall`,
        };
  return {
    work,
    wallMs,
    cpuMs,
    memoryMB,
    ...ratio,
    ...(hash === undefined ? {} : { hash }),
    ...(expected === undefined ? {} : { expected }),
  };
}

function changedIn(report: string): readonly string[] {
  return getArray(parseJson(report), 'changes')
    .map((change) => getString(change, 'ref', 'name') ?? '')
    .toSorted();
}

function changedInDiff(diff: string): readonly string[] {
  return [...diff.matchAll(/^\+\+\+ \S*\.(c\d+)\t/gm)].map(([, name]) => name ?? '').toSorted();
}
