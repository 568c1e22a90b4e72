import type { KubernetesObject } from '../../model/index.ts';
import { judgeLabel, judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { Place } from './place.ts';

const CODE = 'KV0130';
const SHORTEST = 600;
const LONGEST_DOMAIN = 253;
const LONGEST_SIGNER = 571;
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

/** What `ValidateCertificateSigningRequestCreate` says, but of what is within the request besides that it is one. */
export function checkSigningRequest(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'] ?? {}, ['spec'], CODE, report);
  checkRequest(spec.at('request'));
  const usages = spec.at('usages');
  if (usages.items().length === 0) usages.required();
  const seen = new Set<string>();
  for (const usage of usages.items()) {
    if (!USAGES.includes(usage.text)) usage.unsupported(USAGES, usage.text);
    if (seen.has(usage.text)) usage.duplicate(usage.text);
    seen.add(usage.text);
  }
  const signer = spec.at('signerName');
  if (signer.text === 'kubernetes.io/legacy-unknown') signer.invalid('the legacy signerName is not allowed via this API version');
  else checkSignerName(signer);
  spec.at('expirationSeconds').atLeast(SHORTEST, `may not specify a duration less than ${SHORTEST} seconds (10 minutes)`);
}

const BLOCK = /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n[^]*?\n?-----END \1-----[ \t\r]*(?:\n|$)/;

/** The first PEM block must be a request; what is in it is not looked at. */
function checkRequest(request: Place): void {
  const bytes = request.text.replace(/[\r\n]/g, '');
  if (request.isSet && typeof request.value !== 'string') return;
  const text = isBase64(bytes) ? atob(bytes) : '';
  if (BLOCK.exec(text)?.[1] === 'CERTIFICATE REQUEST') return;
  request.invalid('PEM block type must be CERTIFICATE REQUEST', request.isSet ? bytes : null);
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** `ValidateSignerName`: `example.com/signer-name`. */
function checkSignerName(signer: Place): void {
  if (!signer.wanted()) return;
  const [domain = '', path, more] = signer.text.split('/');
  if (path === undefined || more !== undefined) {
    return signer.invalid("must be a fully qualified domain and path of the form 'example.com/signer-name'");
  }
  if (domain.length > LONGEST_DOMAIN) signer.tooLong(LONGEST_DOMAIN);
  const labels = domain.split('.');
  const tellFirst = (parts: readonly string[], judge: typeof judgeLabel, shown: string): void => {
    const bad = parts.find((part) => judge(part).length > 0);
    if (bad === undefined) return;
    for (const reason of judge(bad)) signer.invalid(`validating label ${JSON.stringify(bad)}: ${reason}`, shown);
  };
  tellFirst(labels, judgeLabel, domain);
  if (labels.length < 2) signer.invalid('should be a domain with at least two segments separated by dots', domain);
  tellFirst(path.split('.'), judgeSubdomain, path);
  if (signer.text.length > LONGEST_SIGNER) signer.tooLong(LONGEST_SIGNER);
  return undefined;
}
