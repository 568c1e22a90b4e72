import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { embeddedFolder } from './target.ts';
import { TreeLock, watchDirectory } from '../../daemon/index.ts';
import { Checkout, readRevisionId, RemoteGit, requireSignature, type RemoteOptions, type Signers } from '../../loader/index.ts';
import { KplanError } from '../../model/index.ts';
import { aborted } from '../../std/index.ts';
import { findProxy, openAgent } from '../../cluster/index.ts';
import type { Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import type { Io } from '../io.ts';
import type { FollowedSource } from './found/found-unit.ts';
import { openAppLogin } from './github-app.ts';
import { readFileSetting, readSecretSetting } from '../secret-setting.ts';

const DEBOUNCE = 200;
const SOCKETS = 4;

/** Where a repository of units comes from, as files in a folder. */
export interface Origin {
  readonly description: string;
  /** What is followed, for objects that name it. */
  readonly followed: FollowedSource;
  /** The folder that the files of the repository stand in. */
  readonly root: string;
  /** The commit whose files these are; undefined for plain files. */
  readonly commit: () => string | undefined;
  /** Brings the newest files. Throws `KplanError` where they cannot be had: those of before stay. */
  readonly update: () => Promise<{ readonly id: string; readonly changed?: readonly string[] }>;
  /** Calls `onChange` where there may be others, until the signal aborts. */
  readonly watch: (onChange: () => void, signal: AbortSignal) => Promise<void>;
  /** Reads the files while nothing changes them. */
  readonly reading: <T>(work: () => Promise<T>) => Promise<T>;
  /** Reads the files of an earlier commit, in a folder that is gone after; absent for plain files. Throws `KplanError` where it cannot be had. */
  readonly readCommit?: <T>(commit: string, work: (root: string) => Promise<T>) => Promise<T>;
  readonly close: () => void;
}

/** A folder whose files are watched, but for those of an embedded cluster that `--embedded` keeps in it. */
export function openFolder(root: string, args: Arguments, io: Io): Origin {
  let changes = 0;
  return {
    description: relative(io.cwd, root) || '.',
    followed: {},
    root,
    commit: () => undefined,
    update: async () => Promise.resolve({ id: `${changes}` }),
    watch: (onChange, signal) => {
      const note = (): void => {
        changes++;
        onChange();
      };
      return watchDirectory(root, { debounce: DEBOUNCE, clock: realClock(io), signal, onChange: note, except: embeddedFolder(args, io) });
    },
    reading: (work) => work(),
    close: () => undefined,
  };
}

/** The commits of a repository of this machine. */
export function openRepository(path: string, target: string, revision: string, args: Arguments, io: Io): Origin {
  const adapter = adapterOf(args);
  return follow({ description: `${target} at ${revision}`, followed: { revision } }, adapter, io, {
    repository: path,
    fetch: () => readRevisionId(path, revision, adapter),
    bring: async () => Promise.resolve(),
  });
}

/** The commits of a repository of a server. Credentials come from the URL's environment, never from the URL itself. */
export function openRemote(url: string, args: Arguments, io: Io): Origin {
  const revision = args.string('ref');
  return follow(
    { description: `${url} at ${revision ?? 'HEAD'}`, followed: { url, revision: revision ?? 'HEAD' } },
    adapterOf(args),
    io,
    (folder) => {
      const remote = new RemoteGit({ ...toRemoteOptions(url, io), directory: join(folder, 'git') });
      let last: string | undefined;
      return {
        repository: remote.directory,
        fetch: async () => {
          const chosen = await remote.resolve(revision);
          if (chosen.commit !== last) await remote.fetch(chosen);
          last = chosen.commit;
          return chosen.commit;
        },
        bring: (commit) => remote.fetch({ ref: commit, commit }),
      };
    },
  );
}

interface Fetching {
  readonly repository: string;
  /** Brings the newest commit, and answers its id. */
  readonly fetch: () => Promise<string>;
  /** Brings an earlier commit, where it is not here already. */
  readonly bring: (commit: string) => Promise<unknown>;
}

function follow(
  named: Pick<Origin, 'description' | 'followed'>,
  adapter: 'auto' | 'js' | 'native',
  io: Io,
  open: Fetching | ((folder: string) => Fetching),
): Origin {
  readSigners(io);
  const folder = mkdtempSync(join(tmpdir(), 'kapply-source-'));
  const { repository, fetch, bring } = typeof open === 'function' ? open(folder) : open;
  const root = join(folder, 'tree');
  const checkout = new Checkout(root, adapter);
  const lock = new TreeLock();
  const check = async (id: string): Promise<void> => {
    const signers = readSigners(io);
    if (signers !== undefined) await requireSignature(repository, id, { adapter, signers, now: io.now() });
  };
  let commit: string | undefined;
  return {
    ...named,
    root,
    commit: () => commit,
    update: async () => {
      const id = await fetch();
      if (id === commit) return { id };
      await check(id);
      const changed = await lock.change(() => checkout.moveTo(repository, id));
      commit = id;
      return { id, ...(changed === undefined ? {} : { changed }) };
    },
    watch: (_, signal) => aborted(signal),
    reading: (work) => lock.read(work),
    readCommit: async (id, work) => {
      const earlier = mkdtempSync(join(folder, 'earlier-'));
      try {
        const checkout = new Checkout(earlier, adapter);
        await checkout.moveTo(repository, id).catch(async (error: unknown) => {
          if (!(error instanceof KplanError)) throw error;
          await bring(id);
          await checkout.moveTo(repository, id);
        });
        await check(id);
        return await work(earlier);
      } finally {
        rmSync(earlier, { recursive: true, force: true });
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Whose signatures are required of commits: the files of `KAPPLY_GIT_ALLOWED_SIGNERS_FILE` and `KAPPLY_GIT_PGP_KEYS_FILE`, as they are by
 * now; undefined where neither is set. A repository does not say itself whom it is to be trusted from.
 */
export function readSigners(io: Io): Signers | undefined {
  const read = (setting: string): Signers['ssh'] => {
    const text = readFileSetting(setting, io)?.toString();
    return text === undefined ? undefined : { text, name: io.env[setting] ?? setting };
  };
  const [ssh, pgp] = [read('KAPPLY_GIT_ALLOWED_SIGNERS_FILE'), read('KAPPLY_GIT_PGP_KEYS_FILE')];
  if (ssh === undefined && pgp === undefined) return undefined;
  return { ...(ssh === undefined ? {} : { ssh }), ...(pgp === undefined ? {} : { pgp }) };
}

function adapterOf(args: Arguments): 'auto' | 'js' | 'native' {
  const git = args.string('git');
  return git === 'js' || git === 'native' ? git : 'auto';
}

/**
 * Who reads: a GitHub App (`openAppLogin`), else `KAPPLY_GIT_TOKEN`, or `KAPPLY_GIT_TOKEN_FILE`, is the password (a token of GitHub, GitLab, Bitbucket or Gitea), `KAPPLY_GIT_USERNAME`
 * the name; `KAPPLY_GIT_CA_FILE` the certificate authorities; HTTPS_PROXY and NO_PROXY the proxy, as for everything.
 */
function toRemoteOptions(url: string, io: Io): Omit<RemoteOptions, 'directory'> {
  if (!/^https?:/.test(url)) return { url };
  const server = new URL(url);
  if (server.username !== '' || server.password !== '')
    throw new KplanError(
      'USAGE',
      `${server.protocol}//${server.host}: a URL with a password is seen by everyone who sees the command line`,
      {
        hint: 'put the token into KAPPLY_GIT_TOKEN or the file of KAPPLY_GIT_TOKEN_FILE, and the name into KAPPLY_GIT_USERNAME',
      },
    );
  const password = readSecretSetting('KAPPLY_GIT_TOKEN', io);
  const ca = readFileSetting('KAPPLY_GIT_CA_FILE', io);
  const proxy = findProxy(server, io.env);
  const tls = { insecure: false, ...(ca === undefined ? {} : { ca }) };
  const agent = openAgent({ server, tls, ...(proxy === undefined ? {} : { proxy }) }, undefined, SOCKETS);
  const app = openAppLogin(server, io);
  if (app !== undefined) return { url, agent, credentials: async () => ({ username: 'x-access-token', password: await app.token() }) };
  if (password === undefined) return { url, agent };
  const username = io.env['KAPPLY_GIT_USERNAME'] ?? 'git';
  return { url, agent, credentials: async () => Promise.resolve({ username, password }) };
}
