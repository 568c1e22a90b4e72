import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KplanError } from '../../model/index.ts';
import { compareBy } from '../../std/index.ts';
import { runProgram, type RunResult } from '../process.ts';
import { readBatch } from './cat-file.ts';
import {
  checkRevision,
  toNoMergeBase,
  toNoRevision,
  type GitBlob,
  type GitChange,
  type GitEntry,
  type GitRepository,
  type GitSource,
} from './git-source.ts';

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
    throw toNoRevision(revision, await this.#refs(), await this.isShallow());
  }

  async mergeBase(a: string, b: string): Promise<string> {
    const { exitCode, stdout } = await this.#run(['merge-base', '--', a, b]);
    const commit = stdout.toString().trim();
    if (exitCode === 0 && commit !== '') return commit;
    throw toNoMergeBase(a, b, await this.isShallow());
  }

  async listTree(commit: string, prefix: string): Promise<readonly GitEntry[]> {
    const paths = prefix === '' ? [] : ['--', prefix];
    const output = await this.#output(['ls-tree', '-r', '-z', '--full-tree', commit, ...paths]);
    const entries = splitNul(output).map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', , oid = ''] = line.slice(0, tab).split(' ');
      return { path: line.slice(tab + 1), mode, oid };
    });
    return entries.toSorted(compareBy((entry) => entry.path));
  }

  async diff(a: string, b: string): Promise<readonly GitChange[]> {
    const output = await this.#output(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-ext-diff', '--full-index', a, b]);
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

  readBlobs(oids: readonly string[], maxBytes: number): AsyncIterable<GitBlob> {
    return readBatch(
      { program: this.#program, args: this.#args(['cat-file', '--batch']), env: this.#env(), signal: this.#signal },
      oids,
      maxBytes,
    );
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

  async #output(args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#run(args);
    if (exitCode === 0) return stdout.toString();
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
