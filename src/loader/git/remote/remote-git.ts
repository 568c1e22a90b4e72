import fs, { existsSync, mkdirSync, rmSync } from 'node:fs';
import type { Agent } from 'node:http';
import { join } from 'node:path';
import * as git from 'isomorphic-git';
import { KplanError } from '../../../model/index.ts';
import { findProgram, runProgram } from '../../process.ts';
import { chooseRef, type ChosenRef, type RemoteRef } from './choose-ref.ts';
import { openHttp } from './http-plugin.ts';

/** How a server of repositories is asked. */
export interface RemoteOptions {
  /** `https://`, `http://`, `ssh://` or `user@host:path`, without credentials. */
  readonly url: string;
  /** Where what was fetched is kept; all of it can be had again. */
  readonly directory: string;
  /** Asked for before each exchange: tokens may be short-lived. */
  readonly credentials?: () => Promise<{ readonly username: string; readonly password: string }>;
  /** For certificate authorities and proxies; Node's own without. */
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
}

const HEAD = 'refs/kapply/head';
const REMOTE = 'origin';
const PROGRAM_TIMEOUT = 120_000;
const PROGRAM_BYTES = 64 * 1024 * 1024;
/** From so many fetches on the repository is begun anew, so that what no ref leads to any more does not pile up. */
const MOST_FETCHES = 500;

/**
 * A repository of a server, of which only the newest commit of one revision is fetched: over http(s) by isomorphic-git, over ssh
 * by the git and ssh programs. Forced pushes and rewritten histories are what they lead to now.
 */
export class RemoteGit {
  readonly #options: RemoteOptions;
  #fetches = 0;

  constructor(options: RemoteOptions) {
    this.#options = options;
  }

  /** The repository as others read it. */
  get directory(): string {
    return this.#options.directory;
  }

  /** What a revision leads to now. Throws `NO_REVISION`, or `UNREADABLE` where the server cannot be reached or refuses. */
  async resolve(revision?: string): Promise<ChosenRef> {
    return chooseRef(await this.#tell(() => (this.#isHttp() ? this.#listHttp() : this.#listSsh())), revision);
  }

  /** Brings the commit that a revision leads to. */
  async fetch({ ref, commit }: ChosenRef): Promise<void> {
    await this.#tell(async () => {
      await this.#prepare();
      if (this.#isHttp()) await this.#fetchHttp(ref);
      else await this.#run(['fetch', '--quiet', '--depth=1', '--no-tags', '--force', this.#options.url, `${ref}:${HEAD}`]);
      await git.writeRef({ fs, gitdir: this.directory, ref: HEAD, value: commit, force: true });
    });
  }

  #isHttp(): boolean {
    return /^https?:/.test(this.#options.url);
  }

  async #prepare(): Promise<void> {
    if (++this.#fetches % MOST_FETCHES === 0) rmSync(this.directory, { recursive: true, force: true });
    if (existsSync(join(this.directory, 'HEAD'))) return;
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    await git.init({ fs, dir: this.directory, gitdir: this.directory, bare: true, defaultBranch: 'kapply' });
    await git.addRemote({ fs, gitdir: this.directory, remote: REMOTE, url: this.#options.url, force: true });
  }

  async #listHttp(): Promise<readonly RemoteRef[]> {
    const refs = await git.listServerRefs({ ...(await this.#access()), url: this.#options.url, peelTags: true, protocolVersion: 2 });
    return refs.map(({ ref, oid, peeled }) => ({ ref, oid, ...(peeled === undefined ? {} : { peeled }) }));
  }

  async #fetchHttp(ref: string): Promise<void> {
    const { url } = this.#options;
    const what = { url, remote: REMOTE, ref, remoteRef: ref, singleBranch: true, depth: 1, tags: false };
    await git.fetch({ fs, gitdir: this.directory, cache: {}, ...(await this.#access()), ...what });
  }

  async #access(): Promise<{ readonly http: git.HttpClient; readonly headers: Record<string, string> }> {
    const { agent, signal } = this.#options;
    const credentials = await this.#options.credentials?.();
    const basic = credentials === undefined ? '' : Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
    return { http: openHttp(agent, signal), headers: basic === '' ? {} : { authorization: `Basic ${basic}` } };
  }

  async #listSsh(): Promise<readonly RemoteRef[]> {
    const text = await this.#run(['ls-remote', '--quiet', this.#options.url]);
    const refs = new Map<string, RemoteRef>();
    for (const line of text.split('\n')) {
      const [oid = '', name = ''] = line.split('\t');
      if (name === '') continue;
      const ref = name.replace(/\^\{\}$/, '');
      const known = refs.get(ref);
      refs.set(ref, known !== undefined && ref !== name ? { ...known, peeled: oid } : { ref, oid });
    }
    return [...refs.values()];
  }

  async #run(args: readonly string[]): Promise<string> {
    const [program, ssh] = [findProgram('git'), findProgram('ssh')];
    if (program === undefined || ssh === undefined)
      throw new KplanError('USAGE', `${this.#options.url}: ssh needs the programs git and ssh on the PATH`, {
        hint: 'or give the https URL',
      });
    const { HOME = '', PATH = '', SSH_AUTH_SOCK } = process.env;
    const env = {
      HOME,
      PATH,
      GIT_DIR: this.directory,
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'ssh',
      GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes',
      ...(SSH_AUTH_SOCK === undefined ? {} : { SSH_AUTH_SOCK }),
    };
    const { signal } = this.#options;
    const limits = { milliseconds: PROGRAM_TIMEOUT, bytes: PROGRAM_BYTES, ...(signal === undefined ? {} : { signal }) };
    const { exitCode, stdout, stderr, failure } = await runProgram(program, ['-c', 'core.hooksPath=/dev/null', ...args], {
      env,
      ...limits,
    });
    if (exitCode !== 0) throw new Error(failure ?? stderr.trim().split('\n')[0] ?? '');
    return stdout.toString();
  }

  async #tell<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof KplanError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new KplanError('UNREADABLE', `${this.#options.url} cannot be read: ${why}`, { cause: error });
    }
  }
}
