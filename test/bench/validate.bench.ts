import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { getArray, getNumber, getString, parseJson, sha256, type JsonValue } from '../../src/std/index.ts';
import { writeCorpus } from './corpus.ts';
import { writeCustomResources } from './custom-corpus.ts';
import { bundleBeside, measureKplan, type Bench, readText, replaceIn } from './kplan.ts';
import { writeKubeconformSchemas } from './kubeconform-schemas.ts';
import { measureInTurn, measureOnce, type Measured } from './measure.ts';
import { toRatio, type BenchRow } from './row.ts';

const DOCUMENTS = 10_000;
const CUSTOM_RESOURCES = 5000;
const RUNS = 5;
const SLOW_RUNS = 3;
const LONG_AGO = 1_700_000_000;

/** Validation of 10,000 documents against kubeconform with the same schemas, and kubectl-validate with those that it holds: cold, with one file changed, in a session that goes on, and with faults in some; and custom resources under rules in CEL. */
export async function benchValidate({ scratch, program }: Bench): Promise<readonly BenchRow[]> {
  const bench = new ValidateBench(scratch, program);
  return [
    ...(await bench.good()),
    ...(await bench.besideSlow()),
    ...(await bench.warm()),
    ...(await bench.session()),
    ...(await bench.broken()),
    ...(await bench.custom()),
  ];
}

class ValidateBench {
  readonly #scratch: string;
  readonly #corpus: string;
  readonly #cache: string;
  readonly #schemas: string;
  readonly #kubeconform: string | undefined;
  readonly #program: string;

  constructor(scratch: string, program: string) {
    this.#program = program;
    this.#scratch = scratch;
    this.#corpus = join(scratch, 'corpus');
    this.#cache = join(scratch, 'cache');
    writeCorpus(this.#corpus, DOCUMENTS);
    age(this.#corpus);
    this.#schemas = writeKubeconformSchemas(loadCatalog('1.36'), join(scratch, 'schemas'));
    const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
    const peer = process.env['KUBECONFORM'] ?? join(cache, 'kplan/judges/bin/kubeconform');
    this.#kubeconform = existsSync(peer) ? peer : undefined;
  }

  async good(): Promise<readonly BenchRow[]> {
    const cold = (): Promise<Measured> => {
      rmSync(this.#cache, { recursive: true, force: true });
      return this.#kplan();
    };
    return this.#compare('validate 10,000 documents, cold', cold, `${DOCUMENTS} valid`);
  }

  /** The same against kubectl-validate, which has schemas of its own of older versions only; nothing where `KUBECTL_VALIDATE` names none. */
  async besideSlow(): Promise<readonly BenchRow[]> {
    const peer = process.env['KUBECTL_VALIDATE'];
    if (peer === undefined) return [];
    const cold = (): Promise<Measured> => {
      rmSync(this.#cache, { recursive: true, force: true });
      return this.#kplan();
    };
    const [own, other] = await measureInTurn([cold, () => measureOnce(peer, ['--version', '1.30', this.#corpus])], SLOW_RUNS);
    if (own === undefined || other === undefined) return [];
    const ratio = `${toRatio(own.cpuMs, other.cpuMs)} CPU, ${toRatio(own.wallMs, other.wallMs)} wall of kubectl-validate, goal: 0.25 CPU`;
    const [hash, expected] = [own, other].map((measured) => sha256(this.#summary(measured)));
    const work = 'validate 10,000 documents, cold, again';
    return [
      { work, ...own, ratio, ...(hash === undefined || expected === undefined ? {} : { hash, expected }) },
      { work: '  kubectl-validate', ...other, ...(expected === undefined ? {} : { hash: expected }) },
    ];
  }

  /** With the cache that the last cold run left, and another file changed before every run. */
  async warm(): Promise<readonly BenchRow[]> {
    let changed = 0;
    const touch = (from: RegExp, to: string): void => {
      const file = join(this.#corpus, 'team-3', `app-${300 + changed++}.yaml`);
      writeFileSync(file, replaceIn(readText(file), from, to));
    };
    const rows: BenchRow[] = [];
    const changes: readonly (readonly [work: string, from: RegExp, to: string])[] = [
      ['an image', /image: .*/, 'image: other.example.com/x:2'],
      ['a label that is selected by', /tier: backend/, 'tier: frontend'],
    ];
    for (const [work, from, to] of changes) {
      const run = (): Promise<Measured> => {
        touch(from, to);
        return this.#kplan();
      };
      const [measured] = await measureInTurn([run], RUNS);
      if (measured === undefined) continue;
      const answer = this.#summary(measured);
      rows.push({
        work: `validate again, warm, ${work} changed`,
        ...measured,
        hash: sha256(answer),
        expected: sha256(`${DOCUMENTS} valid`),
      });
    }
    const [unchanged] = await measureInTurn([() => this.#kplan()], RUNS);
    if (unchanged !== undefined)
      rows.push({ work: 'validate again, warm, nothing changed', ...unchanged, hash: sha256(this.#summary(unchanged)) });
    return rows;
  }

  /** One object changed again and again, in a process that has validated all of them before: every other time it has a fault. */
  async session(): Promise<readonly BenchRow[]> {
    const { code, stdout, stderr } = await measureOnce(process.execPath, [
      bundleBeside(this.#program, 'test/bench/warm-validate.ts'),
      this.#corpus,
    ]);
    if (code !== 0) throw new Error(stderr);
    const measured = parseJson(stdout);
    const answers = getArray(measured, 'answers').filter((answer) => typeof answer === 'number');
    const figures = {
      wallMs: getNumber(measured, 'wallMs') ?? 0,
      cpuMs: getNumber(measured, 'cpuMs') ?? 0,
      memoryMB: getNumber(measured, 'memoryMB') ?? 0,
    };
    const [hash, expected] = [answers, answers.map((_, run) => (run + 1) % 2)].map((list) => sha256(list.join(' ')));
    const work = 'validate again in a session, one object of them changed';
    return [{ work, ...figures, ratio: 'goal: 30 ms', ...(hash === undefined || expected === undefined ? {} : { hash, expected }) }];
  }

  /** Custom resources under twenty rules in CEL each, as a whole process with nothing kept. */
  async custom(): Promise<readonly BenchRow[]> {
    const directory = join(this.#scratch, 'custom');
    const faulty = writeCustomResources(directory, CUSTOM_RESOURCES);
    const [measured] = await measureInTurn([() => measureKplan(this.#program, ['validate', directory, '-o', 'json'], '')], RUNS);
    if (measured === undefined) return [];
    const found = getArray(parseJson(measured.stdout), 'findings').map((finding) => getString(finding, 'ref', 'name') ?? '');
    return [
      {
        work: `validate ${CUSTOM_RESOURCES} custom resources, 20 rules in CEL each, cold`,
        ...measured,
        ratio: 'goal: 1000 ms',
        hash: sha256(found.toSorted().join(' ')),
        expected: sha256(faulty.toSorted().join(' ')),
      },
    ];
  }

  /** Faults in every twentieth file: both must find the same objects. */
  async broken(): Promise<readonly BenchRow[]> {
    const faults: readonly (readonly [RegExp, string])[] = [
      [/imagePullPolicy:/, 'imagePullPolicie:'],
      [/containerPort: 9090/, 'containerPort: ninety'],
      [/ {4}- name: http\n {6}port: 80\n/, '    - name: http\n      port: "80"\n'],
      [/apiVersion: (.*)\nkind: Service\n/, 'apiVersion: $1\nkind: Service\nextra: true\n'],
    ];
    for (const [index, file] of listFiles(this.#corpus).entries()) {
      const fault = faults[(index / 20) % faults.length];
      if (index % 20 === 0 && fault !== undefined) writeFileSync(file, replaceIn(readText(file), ...fault));
    }
    const json = (): Promise<Measured> => {
      rmSync(this.#cache, { recursive: true, force: true });
      return this.#kplan('-o', 'json');
    };
    return this.#compare('validate them with faults in 100, cold', json, undefined);
  }

  async #compare(work: string, run: () => Promise<Measured>, answer: string | undefined): Promise<readonly BenchRow[]> {
    const peer = this.#kubeconform;
    if (peer === undefined) {
      const [own] = await measureInTurn([run], RUNS);
      return own === undefined
        ? []
        : [{ work: `${work} (kubeconform is not built: see docs/benchmarks.md)`, ...own, hash: sha256(this.#answer(own, answer)) }];
    }
    const [own, other] = await measureInTurn([run, () => this.#peer(peer, answer === undefined)], RUNS);
    if (own === undefined || other === undefined) return [];
    const ratio = `${toRatio(own.cpuMs, other.cpuMs)} CPU, ${toRatio(own.wallMs, other.wallMs)} wall of kubeconform`;
    const hash = sha256(this.#answer(own, answer));
    const expected = sha256(answer === undefined ? this.#peerFaults(other) : peerSummary(other));
    return [
      { work, ...own, ratio, hash, expected },
      { work: '  kubeconform -strict -n 2', ...other, hash: expected },
    ];
  }

  #answer(own: Measured, answer: string | undefined): string {
    return answer === undefined ? faultsOf(own) : this.#summary(own);
  }

  #kplan(...flags: readonly string[]): Promise<Measured> {
    return measureKplan(this.#program, ['validate', this.#corpus, ...flags], this.#cache);
  }

  #peer(program: string, asJson: boolean): Promise<Measured> {
    const flags = ['-strict', '-n', '2', '-summary', '-schema-location', this.#schemas, ...(asJson ? ['-output', 'json'] : [])];
    return measureOnce(program, [...flags, this.#corpus]);
  }

  // A run of the plain text ends with exit code 0 if there is no error; the number of objects is not in it.
  #summary({ code }: Measured): string {
    return code === 0 ? `${DOCUMENTS} valid` : `exit code ${code}`;
  }

  #peerFaults({ stdout }: Measured): string {
    const lines = getArray(parseJson(stdout), 'resources').map((item) =>
      [relative(this.#corpus, getString(item, 'filename') ?? ''), getString(item, 'kind') ?? '', getString(item, 'name') ?? ''].join(' '),
    );
    return lines.toSorted().join('\n');
  }
}

function faultsOf({ stdout }: Measured): string {
  const report = parseJson(stdout);
  const isError = (finding: JsonValue): boolean => getString(finding, 'severity') === 'error';
  const lines = getArray(report, 'findings')
    .filter(isError)
    .map((finding) =>
      [getString(finding, 'source', 'file') ?? '', getString(finding, 'ref', 'kind') ?? '', getString(finding, 'ref', 'name') ?? ''].join(
        ' ',
      ),
    );
  return [...new Set(lines)].toSorted().join('\n');
}

function peerSummary({ stdout }: Measured): string {
  const [, valid = '', invalid = '', errors = ''] = /Valid: (\d+), Invalid: (\d+), Errors: (\d+)/.exec(stdout) ?? [];
  return invalid === '0' && errors === '0' ? `${valid} valid` : `${invalid} invalid, ${errors} errors`;
}

function listFiles(directory: string): readonly string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name));
  return names.filter((path) => path.endsWith('.yaml') && statSync(path).isFile()).toSorted();
}

/** Files as if written long ago: what changed just now is never taken from a cache. */
function age(directory: string): void {
  for (const path of listFiles(directory)) utimesSync(path, LONG_AGO, LONG_AGO);
}
