import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isIP } from 'node:net';
import type { TlsSettings } from './access.ts';
import { findCertificateFault } from './certificate.ts';
import { readTokenFile, type CredentialSource } from './credentials.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a pod knows of its cluster. */
export interface InCluster {
  readonly server: URL;
  readonly tls: TlsSettings;
  readonly namespace: string | undefined;
  readonly credentials: CredentialSource;
}

/** Reads what a pod is given of its cluster (client-go's `rest.InClusterConfig`). Throws `UNREADABLE` if its token cannot be read. */
export function readInCluster(
  env: Environment,
  directory: string,
  clock: { readonly now: () => number; readonly warn: (message: string) => void },
): InCluster {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const address = isIP(host) === 6 ? `[${host}]` : host;
  const read = readTokenFile(join(directory, 'token'), undefined, 'in-cluster', clock);
  let last = { authorization: read(false) };
  return {
    server: new URL(`https://${address}:${env['KUBERNETES_SERVICE_PORT'] ?? ''}`),
    tls: readTls(join(directory, 'ca.crt'), clock.warn),
    namespace: env['POD_NAMESPACE'] || tryRead(join(directory, 'namespace'))?.toString('utf8').trim() || undefined,
    credentials: (isRefused) => {
      const authorization = read(isRefused);
      if (authorization !== last.authorization) last = { authorization };
      return Promise.resolve(last);
    },
  };
}

function readTls(file: string, warn: (message: string) => void): TlsSettings {
  const ca = tryRead(file);
  const fault = ca === undefined ? 'it cannot be read' : findCertificateFault(ca);
  if (ca !== undefined && fault === undefined) return { ca, insecure: false };
  warn(`in-cluster: expected the cluster's authority in ${file}, but ${fault}: those of the system are trusted`);
  return { insecure: false };
}

function tryRead(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
