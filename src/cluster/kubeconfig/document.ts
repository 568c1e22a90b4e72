import { dirname, resolve, sep } from 'node:path';
import { isObject, type JsonValue } from '../../std/index.ts';
import { unusable } from './fault.ts';
import { describeType, Fields } from './fields.ts';
import { readYamlText } from './yaml-text.ts';

/** What one kubeconfig says, or several merged. Paths are absolute. */
export interface Kubeconfig {
  /** For people: the file, or the files. */
  readonly place: string;
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
}

export interface ContextEntry {
  readonly file: string;
  readonly cluster: string | undefined;
  readonly user: string | undefined;
  readonly namespace: string | undefined;
}

/** A file, or its content, or (which client-go refuses) both. */
export interface Material {
  readonly path: string | undefined;
  readonly data: Buffer | undefined;
}

export interface ClusterEntry {
  readonly file: string;
  readonly server: string | undefined;
  readonly servername: string | undefined;
  readonly isInsecure: boolean;
  readonly authority: Material;
  readonly proxyUrl: string | undefined;
  readonly isCompressionDisabled: boolean;
  /** What the cluster's extension `client.authentication.k8s.io/exec` holds for credential plugins. */
  readonly execConfig: JsonValue | undefined;
}

export interface UserEntry {
  readonly file: string;
  readonly certificate: Material;
  readonly key: Material;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly as: string | undefined;
  readonly asUid: string | undefined;
  readonly asGroups: readonly string[];
  readonly asUserExtra: ReadonlyMap<string, readonly string[]>;
  readonly authProvider: string | undefined;
  readonly exec: ExecEntry | undefined;
}

export interface ExecEntry {
  readonly command: string | undefined;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string | undefined; readonly value: string }[];
  readonly apiVersion: string | undefined;
  readonly installHint: string | undefined;
  readonly providesClusterInfo: boolean;
  readonly interactiveMode: string | undefined;
}

/** Reads the text of one kubeconfig (`clientcmd/api/v1`); an empty text is an empty one. Throws `UNREADABLE`. */
export function readKubeconfig(file: string, text: string): Kubeconfig {
  const read = readYamlText(text);
  if ('fault' in read) throw unusable(read.line === undefined ? file : `${file}:${read.line}`, `not YAML: ${read.fault}`);
  const value = read.value ?? {};
  if (!isObject(value)) throw unusable(file, `holds ${describeType(value)}, not a kubeconfig`);
  const root = new Fields(file, '', value);
  requireKind(root);
  return {
    place: file,
    currentContext: root.string('current-context'),
    contexts: readNamed(root, 'contexts', 'context', toContext),
    clusters: readNamed(root, 'clusters', 'cluster', toCluster),
    users: readNamed(root, 'users', 'user', toUser),
  };
}

function requireKind(root: Fields): void {
  const kind = root.string('kind') ?? 'Config';
  const version = root.string('apiVersion') ?? 'v1';
  if (kind === 'Config' && version === 'v1') return;
  throw root.fault(`it is a ${kind} of ${version}, not a kubeconfig`, 'a kubeconfig is a Config of v1');
}

function readNamed<T>(root: Fields, list: string, field: string, read: (entry: Fields) => T): ReadonlyMap<string, T> {
  const entries = new Map<string, T>();
  for (const item of root.objects(list)) {
    const name = item.string('name') ?? '';
    if (entries.has(name)) throw root.fault(`duplicate name "${name}" in ${list}`, 'kubectl refuses such a file too: remove one of them');
    entries.set(name, read(item.object(field) ?? new Fields(root.file, item.placeOf(field), {})));
  }
  return entries;
}

function toContext(entry: Fields): ContextEntry {
  return { file: entry.file, cluster: entry.string('cluster'), user: entry.string('user'), namespace: entry.string('namespace') };
}

function toCluster(entry: Fields): ClusterEntry {
  return {
    file: entry.file,
    server: entry.string('server'),
    servername: entry.string('tls-server-name'),
    isInsecure: entry.boolean('insecure-skip-tls-verify'),
    authority: toMaterial(entry, 'certificate-authority'),
    proxyUrl: entry.string('proxy-url'),
    isCompressionDisabled: entry.boolean('disable-compression'),
    execConfig: entry
      .objects('extensions')
      .findLast((extension) => extension.string('name') === 'client.authentication.k8s.io/exec')
      ?.raw('extension'),
  };
}

function toMaterial(entry: Fields, name: string): Material {
  return { path: entry.path(name), data: entry.bytes(`${name}-data`) };
}

function toUser(entry: Fields): UserEntry {
  const exec = entry.object('exec');
  const extra = entry.object('as-user-extra');
  const provider = entry.object('auth-provider');
  return {
    file: entry.file,
    certificate: toMaterial(entry, 'client-certificate'),
    key: toMaterial(entry, 'client-key'),
    token: entry.string('token'),
    tokenFile: entry.path('tokenFile'),
    username: entry.string('username'),
    password: entry.string('password'),
    as: entry.string('as'),
    asUid: entry.string('as-uid'),
    asGroups: entry.strings('as-groups'),
    asUserExtra: new Map(extra?.keys().map((key) => [key, extra.strings(key)])),
    authProvider: provider === undefined ? undefined : (provider.string('name') ?? ''),
    exec: exec === undefined ? undefined : toExec(exec),
  };
}

function toExec(entry: Fields): ExecEntry {
  const command = entry.string('command');
  const apiVersion = entry.string('apiVersion');
  return {
    // Without a separator it is looked for on the PATH.
    command: command?.includes(sep) === true ? resolve(dirname(entry.file), command) : command,
    args: entry.strings('args'),
    env: entry.objects('env').map((variable) => ({ name: variable.string('name'), value: variable.string('value') ?? '' })),
    apiVersion,
    installHint: entry.string('installHint'),
    providesClusterInfo: entry.boolean('provideClusterInfo'),
    interactiveMode: entry.string('interactiveMode') ?? (apiVersion === 'client.authentication.k8s.io/v1beta1' ? 'IfAvailable' : undefined),
  };
}
