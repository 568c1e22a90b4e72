import { KplanError } from '../../model/index.ts';
import type { ClusterAccess } from '../kubeconfig/access.ts';

/** The code that Node gives an error of a connection; the empty string without one. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const UNSENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EPROXY']);

/** Whether a request cannot have arrived. */
export function isUnsent(error: unknown): boolean {
  return UNSENT.has(errorCode(error));
}

const CAUSES: Readonly<Record<string, readonly [cause: string, hint: string]>> = {
  EAI_AGAIN: ['its name is not resolved at the moment', 'try again, or look at the DNS of this machine'],
  ECONNREFUSED: ['nothing listens there', 'is the cluster up, and the kubeconfig of today?'],
  ECONNRESET: ['the connection was lost', 'try again; a proxy or load balancer between may end connections'],
  EHOSTUNREACH: ['there is no way to it', 'is the VPN up?'],
  ENETUNREACH: ['there is no way to it', 'is the network up?'],
  ENOTFOUND: ['its name is not known', 'is the server of the kubeconfig spelt right, and the VPN up?'],
  EPIPE: ['the connection was lost', 'try again'],
  ETIMEDOUT: ['it did not answer in time', 'is the VPN up, and the API server well?'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'the certificate of the API server must be renewed'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'is the clock of this machine right?'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'its certificate is signed by itself',
    'put its authority into certificate-authority-data of the kubeconfig',
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another name', 'tls-server-name in the kubeconfig names the one to expect'],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'its certificate is of an unknown authority',
    'put the authority into certificate-authority-data of the kubeconfig',
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'its certificate is of an unknown authority',
    'put the authority into certificate-authority-data of the kubeconfig',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'its certificate is of an unknown authority',
    'put the authority into certificate-authority-data of the kubeconfig',
  ],
  ERR_SSL_TLSV1_ALERT_CERTIFICATE_EXPIRED: ['it refused our certificate: expired', 'get a new client certificate into the kubeconfig'],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ['it wants a client certificate', 'the user of the context needs client-certificate-data'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', 'is the server of the kubeconfig `http://`, or another port?'],
};

/** What a fault of the connection means, and what to do. A `KplanError` stays what it is. */
export function explainFault(error: unknown, access: ClusterAccess): KplanError {
  if (error instanceof KplanError) return error;
  const code = errorCode(error);
  const [cause, hint] = CAUSES[code] ?? [
    error instanceof Error ? error.message : String(error),
    code === 'EPROXY' ? 'look at proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY' : 'look at the server of the kubeconfig',
  ];
  const where = `${access.server.protocol}//${access.server.host}`;
  return new KplanError('NO_CLUSTER', `cluster ${access.description}: the API server ${where} cannot be reached: ${cause}`, {
    hint,
    cause: error,
  });
}
