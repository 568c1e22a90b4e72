import type { Limits } from '../limits.ts';
import { findProgram, runProgram, type RunResult } from '../process.ts';

/** What a renderer made of a directory: YAML documents, or why there are none (in a line, without paths of our own). */
export type Rendered = { readonly kind: 'ok'; readonly text: string } | { readonly kind: 'failed'; readonly reason: string };

/** Builds a directory that is written on the disk, without network, plugins or anything that the repository could run. */
export interface Renderer {
  /** As one would type it: `kustomize build`. */
  readonly name: string;
  render(directory: string, scratch: string, signal?: AbortSignal): Promise<Rendered>;
}

/** The renderers that this machine has. */
export interface Renderers {
  readonly kustomize?: Renderer;
  readonly helm?: Renderer;
}

/** Looks for kustomize, kubectl and helm on the search path. */
export function findRenderers(limits: Limits, searchPath?: string): Renderers {
  const [kustomize, kubectl, helm] = ['kustomize', 'kubectl', 'helm'].map((name) => findProgram(name, searchPath));
  return {
    ...(kustomize === undefined && kubectl === undefined ? {} : { kustomize: toKustomize(kustomize, kubectl, limits) }),
    ...(helm === undefined ? {} : { helm: toHelm(helm, limits) }),
  };
}

function toKustomize(kustomize: string | undefined, kubectl: string | undefined, limits: Limits): Renderer {
  const program = kustomize ?? kubectl ?? '';
  const command = kustomize === undefined ? 'kustomize' : 'build';
  return {
    name: kustomize === undefined ? 'kubectl kustomize' : 'kustomize build',
    render: (directory, scratch, signal) =>
      run(program, [command, directory], { scratch, limits, ...(signal === undefined ? {} : { signal }) }),
  };
}

function toHelm(program: string, limits: Limits): Renderer {
  return {
    name: 'helm template',
    render: (directory, scratch, signal) => {
      const release = (directory.split('/').at(-1) ?? '')
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]/g, '-')
        .replaceAll(/^-+|-+$/g, '')
        .slice(0, 53);
      const args = [
        'template',
        release === '' ? 'release' : release,
        directory,
        '--namespace',
        'default',
        '--include-crds',
        '--skip-tests',
      ];
      return run(program, args, { scratch, limits, ...(signal === undefined ? {} : { signal }) });
    },
  };
}

interface Run {
  readonly scratch: string;
  readonly limits: Limits;
  readonly signal?: AbortSignal;
}

async function run(program: string, args: readonly string[], { scratch, limits, signal }: Run): Promise<Rendered> {
  const result = await runProgram(program, args, {
    cwd: scratch,
    env: toEnvironment(scratch),
    milliseconds: limits.renderMilliseconds,
    bytes: limits.renderBytes,
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  if (result.exitCode === 0 && result.failure === undefined) return { kind: 'ok', text: result.stdout.toString() };
  return { kind: 'failed', reason: explain(result, limits) };
}

// No search path: neither git nor a plugin can be started. No home: no configuration, plugin or credential is found.
// Proxies that do not answer: nothing is fetched over HTTP.
function toEnvironment(scratch: string): Readonly<Record<string, string>> {
  const nowhere = 'http://127.0.0.1:9';
  return {
    PATH: '',
    HOME: scratch,
    TMPDIR: scratch,
    LC_ALL: 'C',
    KUBECONFIG: '/dev/null',
    XDG_CONFIG_HOME: scratch,
    XDG_CACHE_HOME: scratch,
    XDG_DATA_HOME: scratch,
    HELM_PLUGINS: `${scratch}/none`,
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    ALL_PROXY: nowhere,
  };
}

function explain(result: RunResult, limits: Limits): string {
  if (result.failure === undefined) return shorten(result.stderr) || `it ended with exit code ${result.exitCode}`;
  switch (result.failure) {
    case 'timeout':
      return `it did not end within ${limits.renderMilliseconds / 1000} s`;
    case 'too-much-output':
      return `it writes more than ${limits.renderBytes} bytes`;
    case 'missing':
      return 'it could not be started';
    case 'aborted':
      return 'it was stopped';
  }
}

function shorten(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const line = lines.findLast((text) => /error|err=/i.test(text)) ?? lines.at(-1) ?? '';
  const text = line
    .replace(/^E\d{4} .*? "command failed" err="(.*)"$/, '$1')
    .replace(/^Error: /i, '')
    .replaceAll('\\"', '"');
  return text.length > 400 ? `${text.slice(0, 400)}...` : text;
}
