import { readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { ClusterEntry, ContextEntry, Kubeconfig, UserEntry } from './document.ts';
import { readKubeconfig } from './document.ts';
import { systemCause, unusable } from './fault.ts';

/** Where a kubeconfig is looked for. */
export interface KubeconfigPlace {
  readonly kubeconfig?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** The files of a kubeconfig: those read, in order, and those that were named and are not there. */
export interface KubeconfigFiles {
  readonly read: readonly Kubeconfig[];
  readonly missing: readonly string[];
  /** Who names them; undefined for the file of the home directory, which need not be there. */
  readonly namedBy: '--kubeconfig' | 'KUBECONFIG' | undefined;
}

/**
 * Reads `--kubeconfig`, which must be there, else the files of KUBECONFIG, else `~/.kube/config` (client-go's
 * `ClientConfigLoadingRules`). Throws `UNREADABLE` for a file that is there and cannot be used.
 */
export function readKubeconfigFiles(place: KubeconfigPlace): KubeconfigFiles {
  const [namedBy, names] = listNames(place);
  const read: Kubeconfig[] = [];
  const missing: string[] = [];
  for (const name of new Set(names)) {
    const file = resolve(place.cwd, name);
    const text = readText(file);
    if (text === undefined) missing.push(name);
    else read.push(readKubeconfig(file, text));
  }
  if (namedBy === '--kubeconfig' && missing.length > 0) throw notThere(place, missing);
  return { read, missing, namedBy };
}

function listNames(place: KubeconfigPlace): readonly [KubeconfigFiles['namedBy'], readonly string[]] {
  if (place.kubeconfig !== undefined && place.kubeconfig !== '') return ['--kubeconfig', [place.kubeconfig]];
  const fromEnvironment = place.env['KUBECONFIG'] ?? '';
  if (fromEnvironment !== '') return ['KUBECONFIG', fromEnvironment.split(delimiter).filter((name) => name !== '')];
  const home = place.env['HOME'] ?? place.env['USERPROFILE'] ?? '';
  return [undefined, home === '' ? [] : [join(home, '.kube', 'config')]];
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unusable(file, `cannot be read: ${systemCause(error)}`, 'choose another file with --kubeconfig');
  }
}

/** The error of files that were named and are not there. */
export function notThere(place: KubeconfigPlace, missing: readonly string[]): Error {
  const hint = missing.some((name) => name.startsWith('~'))
    ? 'the shell did not put the home directory in place of "~": write $HOME'
    : 'is the path right? Relative paths count from the working directory';
  return unusable(missing.map((name) => resolve(place.cwd, name)).join(', '), 'no such file', hint);
}

/**
 * Several kubeconfigs as one: the first to name the current context wins, and the first to have a context, cluster or user of
 * a name has all of it.
 */
export function mergeKubeconfigs(kubeconfigs: readonly Kubeconfig[]): Kubeconfig {
  const contexts = new Map<string, ContextEntry>();
  const clusters = new Map<string, ClusterEntry>();
  const users = new Map<string, UserEntry>();
  for (const kubeconfig of kubeconfigs) {
    addMissing(contexts, kubeconfig.contexts);
    addMissing(clusters, kubeconfig.clusters);
    addMissing(users, kubeconfig.users);
  }
  const currentContext = kubeconfigs.find((kubeconfig) => kubeconfig.currentContext !== undefined)?.currentContext;
  return { place: kubeconfigs.map((kubeconfig) => kubeconfig.place).join(', '), currentContext, contexts, clusters, users };
}

function addMissing<T>(into: Map<string, T>, from: ReadonlyMap<string, T>): void {
  for (const [name, entry] of from) if (!into.has(name)) into.set(name, entry);
}
