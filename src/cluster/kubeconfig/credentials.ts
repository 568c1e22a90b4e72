import { readFileSync, statSync } from 'node:fs';
import type { Credentials } from './access.ts';
import { findExpiry, findPairFault, isSamePair, type KeyPair } from './certificate.ts';
import type { UserEntry } from './document.ts';
import { ExecPlugin, needsPlugin, refusePlugin, type PluginSurroundings } from './exec-plugin.ts';
import { systemCause, unusable } from './fault.ts';
import { rereading } from './reread.ts';
import type { Selection } from './selection.ts';
import { readMaterial } from './server.ts';

/** Credentials before each request; the same ones are the same object. */
export type CredentialSource = (isRefused: boolean) => Promise<Credentials>;

type Reader<T> = (isRefused: boolean) => T;

const NOTHING: Credentials = {};

/** The source of requests without credentials. */
export const anonymous: CredentialSource = () => Promise.resolve(NOTHING);

/**
 * The credentials of the chosen user, as client-go takes them: a plugin only for a user without anything else. What files hold is
 * read now, and again once a minute and when refused. Throws `UNREADABLE` for what client-go refuses; `USAGE` for a plugin that
 * may not run.
 */
export function openCredentials(
  selection: Selection,
  authority: Buffer | undefined,
  around: PluginSurroundings & { readonly mayExec: boolean },
): CredentialSource {
  const { user, userName } = selection;
  if (user === undefined) return anonymous;
  requireOneWay(user, userName);
  refuseProvider(user, userName);
  warnOfReaders(user, around.warn);
  if (user.exec !== undefined) {
    if (!around.mayExec && needsPlugin(user)) refusePlugin(selection, user.exec);
    const plugin = new ExecPlugin(selection, user.exec, authority, around);
    if (needsPlugin(user)) return (isRefused) => plugin.credentials(isRefused);
  }
  const warnOfExpiry = (pair: KeyPair): void => {
    const expiry = findExpiry(pair, around.now());
    if (expiry !== undefined) around.warn(`kubeconfig ${user.file}: the client certificate of user "${userName}" ${expiry}`);
  };
  return combine(readAuthorization(user, userName, around), readPair(user, userName, around), warnOfExpiry);
}

function requireOneWay(user: UserEntry, name: string): void {
  const methods = [user.token === undefined ? [] : ['token'], isBasic(user) ? ['basicAuth'] : []].flat();
  if (methods.length > 1) {
    throw unusable(
      user.file,
      `more than one authentication method found for ${name}; found [${methods.join(' ')}], only one is allowed`,
      'remove one of them',
    );
  }
  if (isBasic(user) && user.tokenFile !== undefined) {
    throw unusable(user.file, `user "${name}": username/password or bearer token may be set, but not both`, 'remove one of them');
  }
}

function refuseProvider(user: UserEntry, name: string): void {
  if (user.authProvider === undefined) return;
  if (user.exec !== undefined) {
    throw unusable(user.file, `authProvider cannot be provided in combination with an exec plugin for ${name}`, 'remove auth-provider');
  }
  const [why, hint] = PROVIDERS[user.authProvider] ?? [`no Auth Provider found for name "${user.authProvider}"`, PLUGINS];
  throw unusable(user.file, `user "${name}": ${why}`, hint);
}

const PLUGINS =
  'use an exec credential plugin: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins';

const PROVIDERS: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  azure: [
    'The azure auth plugin has been removed.',
    'use the kubelogin credential plugin instead (https://github.com/Azure/kubelogin): kubelogin convert-kubeconfig',
  ],
  gcp: [
    'The gcp auth plugin has been removed.',
    'use the gke-gcloud-auth-plugin credential plugin instead: install it, then gcloud container clusters get-credentials CLUSTER',
  ],
  oidc: [
    'the oidc auth provider is not supported: credential plugins replace it',
    'use an exec plugin such as kubectl oidc-login (https://github.com/int128/kubelogin)',
  ],
};

function isBasic(user: UserEntry): boolean {
  return user.username !== undefined || user.password !== undefined;
}

function warnOfReaders(user: UserEntry, warn: (message: string) => void): void {
  const holdsSecret = user.token !== undefined || user.password !== undefined || user.key.data !== undefined;
  if (!holdsSecret || process.platform === 'win32') return;
  const mode = statSync(user.file, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o004) !== 0) warn(`kubeconfig ${user.file}: it holds credentials and everybody on this machine may read it: chmod 600`);
}

function readAuthorization(user: UserEntry, name: string, clock: PluginSurroundings): Reader<string | undefined> {
  if (isBasic(user)) {
    const basic = `Basic ${Buffer.from(`${user.username ?? ''}:${user.password ?? ''}`, 'utf8').toString('base64')}`;
    return () => basic;
  }
  const { token, tokenFile } = user;
  if (tokenFile !== undefined) return readTokenFile(tokenFile, token, `${user.file}: user "${name}"`, clock);
  const bearer = token === undefined ? undefined : `Bearer ${token}`;
  return () => bearer;
}

/** A bearer token from a file, or `fallback` while that cannot be read. */
export function readTokenFile(
  path: string,
  fallback: string | undefined,
  where: string,
  clock: Pick<PluginSurroundings, 'now' | 'warn'>,
): Reader<string> {
  let last = fallback;
  const read = (): string => {
    try {
      last = readToken(path, where);
    } catch (error) {
      if (last === undefined) throw error;
    }
    return `Bearer ${last}`;
  };
  return rereading(read, (a, b) => a === b, clock);
}

function readToken(path: string, where: string): string {
  const token = readTextOf(path, where).trim();
  if (token !== '') return token;
  throw unusable(where, `read empty token from file "${path}"`, 'whatever writes this file must be run again');
}

function readTextOf(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable(where, `unable to read tokenFile ${path} due to: ${systemCause(error)}`, 'is the path right, and the file readable?');
  }
}

function readPair(user: UserEntry, name: string, clock: PluginSurroundings): Reader<KeyPair | undefined> {
  const { certificate, key } = user;
  if (certificate.path === undefined && certificate.data === undefined) return () => undefined;
  const refuse = (why: string): Error => unusable(user.file, why, 'kubectl refuses this too: mend the user');
  if (certificate.path !== undefined && certificate.data !== undefined) {
    throw refuse(`client-cert-data and client-cert are both specified for ${name}. client-cert-data will override.`);
  }
  if (key.path !== undefined && key.data !== undefined) {
    throw refuse(`client-key-data and client-key are both specified for ${name}; client-key-data will override`);
  }
  if (key.path === undefined && key.data === undefined) {
    throw refuse(`client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`);
  }
  const read = (): KeyPair => {
    const cert = readMaterial(certificate, 'client-cert', name, user.file) ?? Buffer.alloc(0);
    const pair = { cert, key: readMaterial(key, 'client-key', name, user.file) ?? Buffer.alloc(0) };
    const fault = findPairFault(pair);
    if (fault !== undefined) throw unusable(user.file, `user "${name}": ${fault}`, 'get a new client certificate and key, both PEM');
    return pair;
  };
  return rereading(read, isSamePair, clock);
}

function combine(
  authorization: Reader<string | undefined>,
  pair: Reader<KeyPair | undefined>,
  inspect: (pair: KeyPair) => void,
): CredentialSource {
  let last: Credentials = NOTHING;
  const read = (isRefused: boolean): Credentials => {
    const bearer = authorization(isRefused);
    const certificate = pair(isRefused);
    if (bearer === last.authorization && certificate === last.certificate) return last;
    if (certificate !== undefined && certificate !== last.certificate) inspect(certificate);
    last = { ...(bearer === undefined ? {} : { authorization: bearer }), ...(certificate === undefined ? {} : { certificate }) };
    return last;
  };
  read(false);
  return (isRefused) => Promise.resolve(read(isRefused));
}
