import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { openAccess, type AccessOptions, type AccessSurroundings, type ClusterAccess } from '../../../src/cluster/kubeconfig/access.ts';
import { KplanError } from '../../../src/model/index.ts';

/** 2027, when the certificates of these tests are valid. */
export const NOW: number = Date.UTC(2027, 0, 1);

/** A directory of files that goes when the test ends, and what `openAccess` says in it. */
export class Setting {
  readonly directory: string;
  readonly warnings: string[] = [];
  now: number = NOW;
  isTerminal = false;
  timeout = 20_000;

  constructor(context: TestContext, files: Readonly<Record<string, string>> = {}) {
    this.directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
    context.after(() => rmSync(this.directory, { recursive: true, force: true }));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  path(path: string): string {
    return join(this.directory, path);
  }

  write(path: string, text: string, mode = 0o600): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
    chmodSync(this.path(path), mode);
  }

  surroundings(): AccessSurroundings {
    return {
      serviceAccount: this.path('service-account'),
      isTerminal: () => this.isTerminal,
      timeoutMilliseconds: { silent: this.timeout, asking: this.timeout },
    };
  }

  options(options: Partial<AccessOptions> = {}): AccessOptions {
    return {
      env: { HOME: this.path('jane'), PATH: process.env['PATH'] },
      cwd: this.directory,
      now: () => this.now,
      warn: (message) => this.warnings.push(message.replaceAll(this.directory, 'DIR')),
      ...options,
    };
  }

  find(options: Partial<AccessOptions> = {}): Promise<ClusterAccess | undefined> {
    return openAccess(this.options(options), this.surroundings());
  }

  /** As `find`, where there is a cluster. */
  async open(options: Partial<AccessOptions> = {}): Promise<ClusterAccess> {
    const access = await this.find(options);
    if (access === undefined) throw new Error('no cluster was found');
    return access;
  }

  /** What is said instead of an answer: `CODE message (hint)`, with DIR for the directory. */
  async refusal(of: Promise<unknown>): Promise<string> {
    try {
      await of;
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
      return `${error.code} ${error.message} (${error.hint ?? ''})`.replaceAll(this.directory, 'DIR');
    }
    throw new Error('nothing was refused');
  }
}

/** A kubeconfig with one context `here`, whose cluster and user are given as JSON values. */
export function kubeconfigOf(cluster: object, user: object): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'jane' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://api.example:6443', ...cluster } }],
    users: [{ name: 'jane', user }],
  });
}

/** As in a `-data` field. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
