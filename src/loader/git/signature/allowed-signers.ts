import { KplanError } from '../../../model/index.ts';

/** Who may sign with a key of SSH. */
export interface AllowedSigner {
  readonly principals: string;
  /** The blob of the public key, in base64. */
  readonly publicKey: string;
  /** What it may sign; anything, without. */
  readonly namespaces?: readonly string[];
  /** In milliseconds since 1970. */
  readonly validAfter?: number;
  readonly validBefore?: number;
}

const LINE = /^(?:"([^"]*)"|(\S+))\s+(.*)$/;
const KEY = /^((?:sk-)?(?:ssh|ecdsa)-\S+)\s+([A-Za-z0-9+/]+={0,2})(?:\s.*)?$/;
const OPTIONS = /^((?:[^\s",]+(?:="[^"]*")?)(?:,[^\s",]+(?:="[^"]*")?)*)\s+(.*)$/;
const TIME = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z?$/;

/**
 * Reads the file that Git calls `gpg.ssh.allowedSignersFile` (ssh-keygen(1), ALLOWED SIGNERS). Times are UTC. Throws
 * `INVALID_CONFIG` with the line for one that cannot be read, or that names an authority of certificates.
 */
export function parseAllowedSigners(text: string, name: string): readonly AllowedSigner[] {
  const signers: AllowedSigner[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line !== '' && !line.startsWith('#')) signers.push(parseLine(line, `${name}:${index + 1}`));
  }
  return signers;
}

function parseLine(line: string, place: string): AllowedSigner {
  const [, quoted, bare, rest = ''] = LINE.exec(line) ?? [];
  const principals = quoted ?? bare ?? '';
  const direct = KEY.exec(rest);
  const [, options = '', behind = ''] = direct === null ? (OPTIONS.exec(rest) ?? []) : [];
  const publicKey = (direct ?? KEY.exec(behind))?.[2];
  if (publicKey === undefined)
    throw refuse(place, 'no line of allowed signers', 'write `alice@example.com ssh-ed25519 AAAA...`, as ssh-keygen(1) says');
  return { principals, publicKey, ...parseOptions(options, place) };
}

function parseOptions(text: string, place: string): Omit<AllowedSigner, 'principals' | 'publicKey'> {
  let options: Omit<AllowedSigner, 'principals' | 'publicKey'> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([^\s",=]+)(?:="([^"]*)")?/g)) {
    switch (name.toLowerCase()) {
      case 'namespaces':
        options = { ...options, namespaces: value.split(',') };
        break;
      case 'valid-after':
        options = { ...options, validAfter: parseTime(value, place) };
        break;
      case 'valid-before':
        options = { ...options, validBefore: parseTime(value, place) };
        break;
      default:
        throw refuse(place, `the option ${name} of allowed signers is not supported`, 'list each key by a line of its own');
    }
  }
  return options;
}

function parseTime(text: string, place: string): number {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = TIME.exec(text) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) throw refuse(place, `${JSON.stringify(text)} is no time`, 'write it as 20261231 or 20261231235959Z');
  return time;
}

function refuse(place: string, what: string, hint: string): KplanError {
  return new KplanError('INVALID_CONFIG', `${place}: ${what}`, { hint });
}
