import { readFileSync } from 'node:fs';
import type { TlsSettings } from './access.ts';
import { findCertificateFault } from './certificate.ts';
import type { ClusterEntry, Material } from './document.ts';
import { systemCause, unusable } from './fault.ts';
import { toProxy } from './proxy.ts';
import type { Selection } from './selection.ts';

/** How the API server is reached and known. */
export interface ServerSettings {
  readonly server: URL;
  readonly tls: TlsSettings & { readonly ca?: Buffer };
  /** The cluster's own; undefined where the environment is to say. */
  readonly proxy: URL | undefined;
}

/** Reads the cluster's server, authority and proxy (client-go's `validateClusterInfo`, `DefaultServerURL`). Throws `UNREADABLE`. */
export function readServer({ cluster, clusterName }: Selection): ServerSettings {
  if (cluster.server === undefined)
    throw unusable(cluster.file, `no server found for cluster "${clusterName}"`, 'write its URL as `server`');
  return {
    server: toServer(cluster, cluster.server, clusterName),
    tls: readTls(cluster, clusterName),
    proxy: cluster.proxyUrl === undefined ? undefined : toProxy(cluster.proxyUrl, `${cluster.file}: proxy-url of cluster "${clusterName}"`),
  };
}

// Without a scheme it is plain HTTP, as to client-go.
function toServer(cluster: ClusterEntry, text: string, name: string): URL {
  const url = parseUrl(text) ?? parseUrl(`http://${text}`);
  const where = `${cluster.file}: server of cluster "${name}"`;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw unusable(where, 'host must be a URL or a host:port pair', 'write it like https://10.0.0.1:6443');
  }
  if (url.username !== '' || url.password !== '') {
    throw unusable(where, 'it holds a user name or a password', 'they belong into `username` and `password` of the user');
  }
  url.search = '';
  url.hash = '';
  return url;
}

/** The URL, if it has a host. */
function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url === undefined || url.host === '' ? undefined : url;
}

function readTls(cluster: ClusterEntry, name: string): ServerSettings['tls'] {
  const ca = readAuthority(cluster, name);
  if (ca !== undefined && cluster.isInsecure) {
    throw unusable(
      cluster.file,
      `cluster "${name}": specifying a root certificates file with the insecure flag is not allowed`,
      'remove insecure-skip-tls-verify',
    );
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cluster.servername === undefined ? {} : { servername: cluster.servername }),
    insecure: cluster.isInsecure,
  };
}

function readAuthority(cluster: ClusterEntry, name: string): Buffer | undefined {
  const { path, data } = cluster.authority;
  if (path !== undefined && data !== undefined) {
    const why = `certificate-authority-data and certificate-authority are both specified for ${name}. certificate-authority-data will override.`;
    throw unusable(cluster.file, why, 'kubectl refuses both as well: remove one of them');
  }
  const ca = readMaterial(cluster.authority, 'certificate-authority', name, cluster.file);
  const fault = ca === undefined ? undefined : findCertificateFault(ca);
  if (fault === undefined) return ca;
  const where =
    path === undefined ? `certificate-authority-data of cluster "${name}"` : `certificate-authority ${path} of cluster "${name}"`;
  throw unusable(cluster.file, `unable to load root certificates: ${where}: ${fault}`, 'it must be PEM');
}

/** The content of a field that names a file or holds its data. */
export function readMaterial({ path, data }: Material, field: string, name: string, file: string): Buffer | undefined {
  if (data !== undefined || path === undefined) return data;
  try {
    return readFileSync(path);
  } catch (error) {
    throw unusable(
      file,
      `unable to read ${field} ${path} for ${name} due to: ${systemCause(error)}`,
      'is the path right? A relative one counts from the directory of the kubeconfig',
    );
  }
}
