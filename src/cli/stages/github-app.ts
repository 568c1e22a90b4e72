import { findProxy, openAgent } from '../../cluster/index.ts';
import { AppLogin } from '../../github/index.ts';
import { KplanError } from '../../model/index.ts';
import type { Io } from '../io.ts';
import { readSecretSetting } from '../secret-setting.ts';

const APP = 'KAPPLY_GITHUB_APP_ID';
const KEY = 'KAPPLY_GITHUB_APP_KEY';

/**
 * The GitHub App that `KAPPLY_GITHUB_APP_ID` (its id or client id) and `KAPPLY_GITHUB_APP_KEY` (its private key, or the file of
 * `KAPPLY_GITHUB_APP_KEY_FILE`) name, for the repository of a URL; `KAPPLY_GITHUB_API_URL` is that of an own server. Undefined where neither is set.
 */
export function openAppLogin(repository: URL, io: Io): AppLogin | undefined {
  const [app, privateKey] = [io.env[APP] ?? '', readSecretSetting(KEY, io)];
  if (app === '' && privateKey === undefined) return undefined;
  if (app === '' || privateKey === undefined)
    throw new KplanError('USAGE', `a GitHub App logs in by both ${APP} and ${KEY}: ${app === '' ? APP : KEY} is not set`);
  const [, name] = /^\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(repository.pathname) ?? [];
  if (name === undefined)
    throw new KplanError('USAGE', `${repository.href}: a GitHub App reads https://HOST/OWNER/NAME`, { hint: `unset ${APP} for others` });
  const apiUrl = readApiUrl(repository, io);
  const proxy = findProxy(apiUrl, io.env);
  const agent = openAgent({ server: apiUrl, tls: { insecure: false }, ...(proxy === undefined ? {} : { proxy }) }, undefined, 1);
  return new AppLogin({ app, privateKey, repository: name, apiUrl, agent, now: () => io.now() });
}

/** That of github.com, or of an own server beside its repositories. */
function readApiUrl({ host, protocol }: URL, { env }: Io): URL {
  const given = env['KAPPLY_GITHUB_API_URL'];
  const text = given ?? (host === 'github.com' ? 'https://api.github.com' : `${protocol}//${host}/api/v3`);
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new KplanError('USAGE', 'KAPPLY_GITHUB_API_URL is not a URL that begins with https:// or http://');
}
