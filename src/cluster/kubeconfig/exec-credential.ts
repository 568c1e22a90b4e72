import { getObject, getString, isObject, stringifyJsonInOrder, type JsonObject, type JsonValue } from '../../std/index.ts';
import { findPairFault, type KeyPair } from './certificate.ts';
import type { ClusterEntry } from './document.ts';
import { readYamlText } from './yaml-text.ts';

/** What a credential plugin has answered. */
export interface PluginAnswer {
  readonly token: string | undefined;
  readonly pair: KeyPair | undefined;
  /** In milliseconds since 1970; undefined: they stay good. */
  readonly expires: number | undefined;
}

/**
 * The ExecCredential that a plugin is given in KUBERNETES_EXEC_INFO. `cluster` is undefined where the plugin does not ask for it;
 * `authority` is the content of its certificate-authority.
 */
export function toExecInfo(
  apiVersion: string,
  isInteractive: boolean,
  cluster: { readonly entry: ClusterEntry; readonly authority: Buffer | undefined } | undefined,
): string {
  const spec: JsonObject =
    cluster === undefined ? { interactive: isInteractive } : { cluster: toExecCluster(cluster), interactive: isInteractive };
  return stringifyJsonInOrder({ kind: 'ExecCredential', apiVersion, spec });
}

function toExecCluster({ entry, authority }: { readonly entry: ClusterEntry; readonly authority: Buffer | undefined }): JsonObject {
  const fields: readonly (readonly [string, JsonValue | undefined])[] = [
    ['server', entry.server ?? ''],
    ['tls-server-name', entry.servername],
    ['insecure-skip-tls-verify', entry.isInsecure || undefined],
    ['certificate-authority-data', authority?.toString('base64')],
    ['proxy-url', entry.proxyUrl],
    ['disable-compression', entry.isCompressionDisabled || undefined],
    ['config', entry.execConfig],
  ];
  return Object.fromEntries(fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Reads the ExecCredential that a plugin has written; a fault is client-go's sentence and holds nothing of the text. */
export function readExecCredential(text: string, apiVersion: string): PluginAnswer | { readonly fault: string } {
  const read = readYamlText(text);
  if ('fault' in read || !isObject(read.value)) return { fault: 'decoding stdout: it is not an ExecCredential in JSON' };
  if (getString(read.value, 'kind') !== 'ExecCredential') return { fault: "decoding stdout: its kind is not 'ExecCredential'" };
  if (getString(read.value, 'apiVersion') !== apiVersion) {
    return { fault: `exec plugin is configured to use API version ${apiVersion}, plugin returned another version` };
  }
  const status = getObject(read.value, 'status');
  return status === undefined ? { fault: "exec plugin didn't return a status field" } : readStatus(status);
}

function readStatus(status: JsonObject): PluginAnswer | { readonly fault: string } {
  const wrong = FIELDS.find((field) => (status[field] ?? '') !== '' && typeof status[field] !== 'string');
  if (wrong !== undefined) return { fault: `decoding stdout: status.${wrong} is not a string` };
  const [token, cert, key, expiration] = FIELDS.map((field) => getString(status, field) || undefined);
  if (token === undefined && cert === undefined && key === undefined)
    return { fault: "exec plugin didn't return a token or cert/key pair" };
  if ((cert === undefined) !== (key === undefined)) return { fault: 'exec plugin returned only certificate or key, not both' };
  const pair = cert === undefined || key === undefined ? undefined : { cert: Buffer.from(cert), key: Buffer.from(key) };
  const pairFault = pair === undefined ? undefined : findPairFault(pair);
  if (pairFault !== undefined) return { fault: `failed parsing client key/certificate: ${pairFault}` };
  const expires = expiration === undefined ? undefined : Date.parse(expiration);
  if (Number.isNaN(expires)) return { fault: 'decoding stdout: status.expirationTimestamp is not a time as of RFC 3339' };
  return { token, pair, expires };
}

const FIELDS = ['token', 'clientCertificateData', 'clientKeyData', 'expirationTimestamp'] as const;
