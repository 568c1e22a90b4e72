import type { ClusterEntry, Kubeconfig, UserEntry } from './document.ts';
import { misused, suggest, unusable } from './fault.ts';

/** What of a kubeconfig is used: a context's cluster and user, each of which a flag may replace. */
export interface Selection {
  /** The context's name; without a context, the cluster's. */
  readonly description: string;
  readonly namespace: string | undefined;
  readonly clusterName: string;
  readonly cluster: ClusterEntry;
  readonly userName: string;
  /** Undefined: nobody, requests are anonymous. */
  readonly user: UserEntry | undefined;
}

interface Choice {
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
}

/**
 * Chooses as `--context`, `--cluster` and `--user` say. Throws `USAGE` for a name of the command line that the
 * kubeconfig does not have, and for no choice at all; `UNREADABLE` for a context that leads nowhere.
 */
export function selectEntries(kubeconfig: Kubeconfig, choice: Choice): Selection {
  const contextName = choice.context || kubeconfig.currentContext;
  const context = contextName === undefined ? undefined : kubeconfig.contexts.get(contextName);
  if (contextName !== undefined && context === undefined) {
    const fault = choice.context ? misused : unusable;
    const why = choice.context ? `context "${contextName}" does not exist` : `its current-context "${contextName}" does not exist`;
    throw fault(kubeconfig.place, why, suggest(contextName, 'context', kubeconfig.contexts.keys()));
  }
  const via = context === undefined ? undefined : { file: context.file, name: contextName ?? '' };
  const clusterName = choice.cluster || context?.cluster;
  if (clusterName === undefined) throw noCluster(kubeconfig, via);
  const cluster = kubeconfig.clusters.get(clusterName);
  if (cluster === undefined) throw unknown(kubeconfig, 'cluster', clusterName, choice.cluster ? undefined : via);
  const userName = choice.user || context?.user;
  const user = userName === undefined ? undefined : kubeconfig.users.get(userName);
  if (userName !== undefined && user === undefined) throw unknown(kubeconfig, 'user', userName, choice.user ? undefined : via);
  const namespace = context?.namespace;
  return { description: contextName ?? clusterName, namespace, clusterName, cluster, userName: userName ?? '', user };
}

function noCluster(kubeconfig: Kubeconfig, via: { readonly file: string; readonly name: string } | undefined): Error {
  if (via !== undefined) {
    const hint = `give it one: kubectl config set-context ${via.name} --cluster=NAME`;
    return unusable(via.file, `cluster was not specified for context "${via.name}"`, hint);
  }
  const names = suggest('', 'context', kubeconfig.contexts.keys());
  return misused(kubeconfig.place, 'no context is chosen, and it has no current-context', `choose one with --context; ${names}`);
}

function unknown(
  kubeconfig: Kubeconfig,
  kind: 'cluster' | 'user',
  name: string,
  via: { readonly file: string; readonly name: string } | undefined,
): Error {
  const names = suggest(name, kind, kind === 'cluster' ? kubeconfig.clusters.keys() : kubeconfig.users.keys());
  if (via !== undefined) return unusable(via.file, `${kind} "${name}" was not found for context "${via.name}"`, names);
  return misused(kubeconfig.place, `${kind === 'user' ? 'auth info' : 'cluster'} "${name}" does not exist`, names);
}
