import { isatty } from 'node:tty';
import { KplanError } from '../../model/index.ts';
import { anonymous, openCredentials, type CredentialSource } from './credentials.ts';
import type { Kubeconfig } from './document.ts';
import { mergeKubeconfigs, notThere, readKubeconfigFiles } from './files.ts';
import { toImpersonation } from './impersonation.ts';
import { isPod, SERVICE_ACCOUNT } from './has-access.ts';
import { readInCluster } from './in-cluster.ts';
import { findProxy } from './proxy.ts';
import { selectEntries, type Selection } from './selection.ts';
import { readServer, type ServerSettings } from './server.ts';

/** What the command line says of the cluster; all as in kubectl. */
export interface AccessOptions {
  /** One file, which must be there; nothing is merged. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly as?: string;
  readonly asGroups?: readonly string[];
  readonly asUid?: string;
  /** Credential plugins are refused. */
  readonly noExec?: boolean;
  /** KUBECONFIG, HOME, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, KUBERNETES_SERVICE_HOST and _PORT; plugins get all of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => number;
  /** Is told what a person should know: which plugin is run and what it says, an expired certificate, a file that all may read. */
  readonly warn: (message: string) => void;
}

/** How the API server's certificate is judged. */
export interface TlsSettings {
  /** PEM; without it the system's authorities are trusted. */
  readonly ca?: string | Buffer;
  readonly servername?: string;
  readonly insecure: boolean;
}

/** Who a request comes from. The same credentials are the same object, so that connections can be kept by it. */
export interface Credentials {
  readonly authorization?: string;
  readonly certificate?: { readonly cert: string | Buffer; readonly key: string | Buffer };
}

/** A cluster that can be spoken to. */
export interface ClusterAccess {
  /** The context's name, or `in-cluster`. */
  readonly description: string;
  readonly server: URL;
  readonly tls: TlsSettings;
  /** The cluster's proxy-url, else the environment's for this server. */
  readonly proxy?: URL;
  /** The context's. */
  readonly namespace?: string;
  /** Headers: Impersonate-User, -Group, -Uid, -Extra-*. */
  readonly impersonation: Readonly<Record<string, string | readonly string[]>>;
  readonly isCompressionDisabled: boolean;
  /**
   * Before each request: cached until it expires. `isRefused`: the last were answered with 401, get new ones if there can be any.
   * Rejects with `KplanError` where a plugin fails.
   */
  credentials(isRefused?: boolean): Promise<Credentials>;
}

/** What the machine has, apart from the options: tests hand in their own. */
export interface AccessSurroundings {
  /** Where a pod finds its service account. */
  readonly serviceAccount: string;
  /** Whether standard input is one. */
  readonly isTerminal: () => boolean;
  readonly timeoutMilliseconds: { readonly silent: number; readonly asking: number };
}

const SURROUNDINGS: AccessSurroundings = {
  serviceAccount: SERVICE_ACCOUNT,
  isTerminal: () => isatty(0),
  timeoutMilliseconds: { silent: 60_000, asking: 300_000 },
};

/**
 * Finds the cluster as kubectl does (client-go's `tools/clientcmd`): `--kubeconfig`, else the files of KUBECONFIG, else
 * `~/.kube/config`; where these choose none, the cluster that this pod is in. Reads certificates and token files, runs nothing.
 * Undefined where there is no kubeconfig at all, none was named, and this is no pod. Throws `KplanError` (`USAGE` or
 * `UNREADABLE`, with place, cause and next step) for everything else that is wrong; no message ever holds a credential.
 */
export function openAccess(options: AccessOptions, around: AccessSurroundings = SURROUNDINGS): Promise<ClusterAccess | undefined> {
  // What is thrown is a rejection.
  return Promise.resolve().then(() => findAccess(options, around));
}

function findAccess(options: AccessOptions, around: AccessSurroundings): ClusterAccess | undefined {
  const { read, missing, namedBy } = readKubeconfigFiles(options);
  const kubeconfig = mergeKubeconfigs(read);
  const isChosen = Boolean(options.context || options.cluster || options.user);
  if (!isChosen && kubeconfig.currentContext === undefined && isPod(options.env, around.serviceAccount)) {
    if (namedBy === 'KUBECONFIG' && missing.length > 0 && read.length === 0) options.warn(`Config not found: ${missing.join(', ')}`);
    return openPod(options, around);
  }
  if (read.length > 0) return openKubeconfig(kubeconfig, options, around);
  if (namedBy !== undefined && missing.length > 0) throw notThere(options, missing);
  if (!isChosen) return undefined;
  throw new KplanError('USAGE', `${describeChoice(options)} does not exist: there is no kubeconfig`, {
    hint: 'name one with --kubeconfig or KUBECONFIG; without these it is ~/.kube/config',
  });
}

function describeChoice(options: AccessOptions): string {
  if (options.context) return `context "${options.context}"`;
  return options.cluster ? `cluster "${options.cluster}"` : `auth info "${options.user ?? ''}"`;
}

function openPod(options: AccessOptions, around: AccessSurroundings): ClusterAccess {
  const pod = readInCluster(options.env, around.serviceAccount, options);
  return toAccess(options, {
    description: 'in-cluster',
    server: pod.server,
    tls: pod.tls,
    proxy: undefined,
    namespace: pod.namespace,
    impersonation: toImpersonation(options, 'in-cluster', undefined),
    isCompressionDisabled: false,
    source: pod.credentials,
  });
}

function openKubeconfig(kubeconfig: Kubeconfig, options: AccessOptions, around: AccessSurroundings): ClusterAccess {
  const selection = selectEntries(kubeconfig, options);
  const settings = readServer(selection);
  return toAccess(options, {
    ...settings,
    description: selection.description,
    namespace: selection.namespace,
    impersonation: toImpersonation(options, selection.userName, selection.user),
    isCompressionDisabled: selection.cluster.isCompressionDisabled,
    source: openSource(selection, settings, options, around),
  });
}

// client-go never sends credentials in the clear.
function openSource(
  selection: Selection,
  { server, tls }: ServerSettings,
  options: AccessOptions,
  around: AccessSurroundings,
): CredentialSource {
  if (server.protocol !== 'https:') {
    if (selection.user !== undefined) {
      options.warn(
        `cluster "${selection.clusterName}" is reached by plain HTTP: the credentials of user "${selection.userName}" are not sent`,
      );
    }
    return anonymous;
  }
  return openCredentials(selection, tls.ca, { ...options, ...around, mayExec: options.noExec !== true });
}

interface Found {
  readonly description: string;
  readonly server: URL;
  readonly tls: TlsSettings;
  readonly proxy: URL | undefined;
  readonly namespace: string | undefined;
  readonly impersonation: ClusterAccess['impersonation'];
  readonly isCompressionDisabled: boolean;
  readonly source: CredentialSource;
}

function toAccess(options: AccessOptions, found: Found): ClusterAccess {
  const { source, proxy: ownProxy, namespace, ...rest } = found;
  const proxy = ownProxy ?? findProxy(found.server, options.env);
  return {
    ...rest,
    ...(proxy === undefined ? {} : { proxy }),
    ...(namespace === undefined ? {} : { namespace }),
    credentials: (isRefused = false) => source(isRefused),
  };
}
