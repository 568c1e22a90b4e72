import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KplanError } from '../../model/index.ts';
import { compareBy } from '../../std/index.ts';
import { runProgram, type RunResult } from '../process.ts';
import { blobId } from '../blob-id.ts';
import { readBatch } from './cat-file.ts';
import { explainUnresolved } from './explain-unresolved.ts';
import {
  checkRevision,
  toNoMergeBase,
  type GitBlob,
  type GitChange,
  type GitEntry,
  type GitRepository,
  type GitSource,
} from './git-source.ts';
import { ObjectFault, toFaultError, type ObjectState } from './object-fault.ts';

// Nothing that a repository or a user configures may run or reach the network.
const HARDENED = [
  '--no-pager',
  '--literal-pathspecs',
  '--no-optional-locks',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.commitGraph=true',
  '-c',
  'protocol.allow=never',
  '-c',
  'core.quotePath=false',
];
const MINUTES_5 = 300_000;
const LISTING_BYTES = 1_000_000_000;

/** The adapter that runs the git program (2.25 or later). `program` is its full path. */
export class NativeGit implements GitSource {
  readonly adapter = 'native';
  readonly repository: GitRepository;
  readonly #program: string;
  readonly #signal: AbortSignal | undefined;

  constructor(repository: GitRepository, program: string, signal?: AbortSignal) {
    this.repository = repository;
    this.#program = program;
    this.#signal = signal;
  }

  async resolve(revision: string): Promise<string> {
    checkRevision(revision);
    const { exitCode, stdout } = await this.#run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
    const commit = stdout.toString().trim();
    if (exitCode === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
    throw await explainUnresolved(revision, {
      repository: this.repository,
      refs: () => this.#refs(),
      idOf: (name) => this.#idOf(name),
      faultOf: (oid) => this.#faultOf(oid),
      parentsOf: (oid) => this.#parentsOf(oid),
      isShallow: () => this.isShallow(),
    });
  }

  async mergeBase(a: string, b: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#run(['merge-base', '--', a, b]);
    const commit = stdout.toString().trim();
    if (exitCode === 0 && commit !== '') return commit;
    const fault = await this.#findFault(stderr);
    if (fault !== undefined) throw toFaultError(`the history of ${a.slice(0, 12)} and ${b.slice(0, 12)}`, fault, this.repository);
    throw toNoMergeBase(a, b, await this.isShallow());
  }

  async listTree(commit: string, prefix: string): Promise<readonly GitEntry[]> {
    const paths = prefix === '' ? [] : ['--', prefix];
    const output = await this.#output(
      ['ls-tree', '-r', '-z', '--full-tree', commit, ...paths],
      `the tree of the commit ${commit.slice(0, 12)}`,
    );
    const entries = splitNul(output).map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', , oid = ''] = line.slice(0, tab).split(' ');
      return { path: line.slice(tab + 1), mode, oid };
    });
    return entries.toSorted(compareBy((entry) => entry.path));
  }

  async diff(a: string, b: string): Promise<readonly GitChange[]> {
    const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-ext-diff', '--full-index', a, b];
    const output = await this.#output(args, `the trees of the commits ${a.slice(0, 12)} and ${b.slice(0, 12)}`);
    const fields = splitNul(output);
    const changes: GitChange[] = [];
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [modeA = '', modeB = '', oidA = '', oidB = ''] = (fields[at] ?? '').slice(1).split(' ');
      const before = Number(modeA) === 0 ? {} : { before: { mode: modeA, oid: oidA } };
      const after = Number(modeB) === 0 ? {} : { after: { mode: modeB, oid: oidB } };
      changes.push({ path: fields[at + 1] ?? '', ...before, ...after });
    }
    return changes.toSorted(compareBy((change) => change.path));
  }

  async *readBlobs(oids: readonly string[], maxBytes: number): AsyncIterable<GitBlob> {
    const command = { program: this.#program, args: this.#args(['cat-file', '--batch']), env: this.#env(), signal: this.#signal };
    for await (const blob of readBatch(command, oids, maxBytes)) {
      const { oid, bytes } = blob;
      if (blob.fault === 'missing') yield { ...blob, fault: (await this.#faultOf(oid)) ?? 'missing' };
      // Git does not compare what it reads with its name.
      else if (bytes !== undefined && oid.length === 40 && blobId(bytes) !== oid) yield { oid, size: 0, fault: 'damaged' };
      else yield blob;
    }
  }

  async readCommit(commit: string): Promise<Uint8Array> {
    return this.#outputBytes(['cat-file', 'commit', commit], `the commit ${commit.slice(0, 12)}`);
  }

  async headCommit(): Promise<string | undefined> {
    const { exitCode, stdout } = await this.#run(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
    return exitCode === 0 ? stdout.toString().trim() : undefined;
  }

  // oxlint-disable-next-line typescript/require-await -- part of the contract
  async isShallow(): Promise<boolean> {
    return existsSync(join(this.repository.commonDirectory, 'shallow'));
  }

  async close(): Promise<void> {
    // Every command has ended with its call.
  }

  async #refs(): Promise<readonly string[]> {
    const { stdout } = await this.#run(['for-each-ref', '--format=%(refname:short)', '--count=1000']);
    return stdout.toString().split('\n').filter(Boolean);
  }

  async #idOf(name: string): Promise<string | undefined> {
    const { exitCode, stdout } = await this.#run(['rev-parse', '--verify', '--quiet', '--end-of-options', name]);
    return exitCode === 0 ? stdout.toString().trim() : undefined;
  }

  async #faultOf(oid: string): Promise<ObjectState | undefined> {
    const asked = await this.#run(['cat-file', '-t', oid]);
    const type = asked.stdout.toString().trim();
    const { exitCode, stderr } = asked.exitCode === 0 ? await this.#run(['cat-file', type, oid]) : asked;
    if (exitCode === 0) return undefined;
    return asked.exitCode === 0 || /^error: /m.test(stderr) ? 'damaged' : 'missing';
  }

  async #parentsOf(oid: string): Promise<readonly string[]> {
    const { stdout } = await this.#run(['rev-parse', '--verify', '--quiet', `${oid}^@`]);
    return stdout.toString().split('\n').filter(Boolean);
  }

  /** The first object that the words of git name and that cannot be read. */
  async #findFault(stderr: string): Promise<ObjectFault | undefined> {
    for (const oid of new Set(stderr.match(/\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b/g))) {
      const state = await this.#faultOf(oid);
      if (state !== undefined) return new ObjectFault(oid, state);
    }
    return undefined;
  }

  async #output(args: readonly string[], what: string): Promise<string> {
    return (await this.#outputBytes(args, what)).toString();
  }

  async #outputBytes(args: readonly string[], what: string): Promise<Buffer> {
    const { exitCode, stdout, stderr } = await this.#run(args);
    if (exitCode === 0) return stdout;
    const fault = await this.#findFault(stderr);
    if (fault !== undefined) throw toFaultError(what, fault, this.repository);
    throw new KplanError('UNREADABLE', `git ${args[0]} fails in ${this.repository.root}: ${firstLine(stderr)}`, {
      hint: 'run `git fsck`, or read with --git js',
    });
  }

  async #run(args: readonly string[]): Promise<RunResult> {
    const options = { env: this.#env(), milliseconds: MINUTES_5, bytes: LISTING_BYTES };
    const result = await runProgram(
      this.#program,
      this.#args(args),
      this.#signal === undefined ? options : { ...options, signal: this.#signal },
    );
    this.#signal?.throwIfAborted();
    if (result.failure === undefined) return result;
    throw new KplanError('UNREADABLE', `git ${args[0]} did not end by itself (${result.failure})`, { hint: 'read with --git js' });
  }

  #args(args: readonly string[]): readonly string[] {
    return [`--git-dir=${this.repository.gitDirectory}`, ...HARDENED, ...args];
  }

  #env(): Readonly<Record<string, string>> {
    return {
      PATH: process.env['PATH'] ?? '',
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_NO_LAZY_FETCH: '1',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_ASKPASS: '/bin/false',
    };
  }
}

function splitNul(output: string): readonly string[] {
  return output === '' ? [] : output.replace(/\0$/, '').split('\0');
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
