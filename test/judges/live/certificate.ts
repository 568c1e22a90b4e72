import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a server of 127.0.0.1 shows to its clients, in PEM, and the files with the key and the certificate. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
  readonly keyFile: string;
  readonly file: string;
}

/** Makes a certificate that signs itself, by openssl, in a folder. */
export function makeCertificate(folder: string, name: string): ServerCertificate {
  const [keyFile, file] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', keyFile, '-out', file, ...subject], { stdio: 'ignore' });
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(file, 'utf8'), keyFile, file };
}
