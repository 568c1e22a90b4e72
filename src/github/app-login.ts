import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { request as requestHttp, type Agent } from 'node:http';
import { request as requestHttps } from 'node:https';
import { KplanError } from '../model/index.ts';
import { getNumber, getString, isJson, parseJson, type JsonValue } from '../std/index.ts';

/** A GitHub App, and where it is installed. Times in milliseconds since 1970. */
export interface AppLoginOptions {
  /** The App's id, or its client id. */
  readonly app: string;
  /** Its private key in PEM, as GitHub hands it out. */
  readonly privateKey: string;
  /** `OWNER/NAME`: a repository that it is installed for. */
  readonly repository: string;
  /** Such as `https://api.github.com`. */
  readonly apiUrl: URL;
  readonly agent?: Agent;
  readonly now: () => number;
}

/** GitHub takes a claim for ten minutes, and clocks differ: it is dated back by one, and is good for nine. */
const BACKDATED = 60;
const CLAIM = 540;
/** A token is asked for anew where it would end within these. */
const SPARE = 300_000;
const TIMEOUT = 30_000;
const MOST_BYTES = 1_000_000;

/** A GitHub App that logs in to one repository: its tokens live for an hour, and one is kept for as long as it does. */
export class AppLogin {
  readonly #options: AppLoginOptions;
  readonly #key: KeyObject;
  #kept: { readonly token: string; readonly until: number } | undefined;
  #asking: Promise<string> | undefined;

  /** Throws `USAGE` for a key that is none of RSA. */
  constructor(options: AppLoginOptions) {
    this.#options = options;
    this.#key = readKey(options.privateKey);
  }

  /** A token to read the repository with. Throws `UNREADABLE` where GitHub does not give one; never with the key or a token. */
  async token(): Promise<string> {
    const { now } = this.#options;
    if (this.#kept !== undefined && now() < this.#kept.until) return this.#kept.token;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #ask(): Promise<string> {
    const { repository, now } = this.#options;
    const claim = this.#claim();
    const installation = getNumber(await this.#send('GET', `repos/${repository}/installation`, claim), 'id');
    if (installation === undefined) throw this.#refuse('its answer names no installation');
    // The token is of no use for any other repository of the installation.
    const body = JSON.stringify({ repositories: [repository.slice(repository.indexOf('/') + 1)] });
    const answer = await this.#send('POST', `app/installations/${installation}/access_tokens`, claim, body);
    const token = getString(answer, 'token');
    if (token === undefined) throw this.#refuse('its answer holds no token');
    const ends = Date.parse(getString(answer, 'expires_at') ?? '');
    this.#kept = { token, until: (Number.isNaN(ends) ? now() : ends) - SPARE };
    return token;
  }

  /** Who it is, signed (RS256, RFC 7515). */
  #claim(): string {
    const at = Math.floor(this.#options.now() / 1000);
    const parts = [
      { alg: 'RS256', typ: 'JWT' },
      { iat: at - BACKDATED, exp: at + CLAIM, iss: this.#options.app },
    ];
    const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${sign('sha256', Buffer.from(text), this.#key).toString('base64url')}`;
  }

  async #send(method: 'GET' | 'POST', path: string, claim: string, body = ''): Promise<JsonValue> {
    const { apiUrl, agent } = this.#options;
    const url = new URL(`${apiUrl.href.replace(/\/+$/, '')}/${path}`);
    const headers = { accept: 'application/vnd.github+json', authorization: `Bearer ${claim}`, 'user-agent': 'kplan' };
    const answer = await exchange(url, { method, headers, body, ...(agent === undefined ? {} : { agent }) }).catch((error: unknown) => {
      throw this.#refuse(error instanceof Error ? error.message : String(error), error);
    });
    if (answer.status >= 200 && answer.status < 300 && answer.value !== undefined) return answer.value;
    const said = getString(answer.value, 'message');
    throw this.#refuse(`${method} /${path}: ${answer.status}${said === undefined ? '' : ` ${said}`}`);
  }

  #refuse(why: string, cause?: unknown): KplanError {
    const { app, apiUrl, repository } = this.#options;
    return new KplanError('UNREADABLE', `${apiUrl.host} gives the GitHub App ${app} no token for ${repository}: ${why}`, {
      hint: 'is the App installed for the repository, with the right to read contents?',
      cause,
    });
  }
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // What node says of it may hold some of it.
  }
  throw new KplanError('USAGE', 'the private key of the GitHub App is none of RSA in PEM', {
    hint: "download it from the App's settings, and give the file as it is",
  });
}

interface Asked {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly agent?: Agent;
}

function exchange(
  url: URL,
  { method, headers, body, agent }: Asked,
): Promise<{ readonly status: number; readonly value: JsonValue | undefined }> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const length = body === '' ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, ...length }, signal: AbortSignal.timeout(TIMEOUT) };
    const sent = request(url, agent === undefined ? options : { ...options, agent }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_BYTES) response.destroy(new Error('its answer is too long'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, value: toJson(Buffer.concat(chunks).toString()) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function toJson(text: string): JsonValue | undefined {
  try {
    const value: unknown = parseJson(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
