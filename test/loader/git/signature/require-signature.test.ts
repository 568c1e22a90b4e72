import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { requireSignature, type Signers } from '../../../../src/loader/index.ts';
import { KplanError } from '../../../../src/model/index.ts';
import { git, temporaryFolder } from '../../../cli/program.ts';

const FIXTURES = fileURLToPath(new URL('../../../../fixtures/git-signatures/', import.meta.url));
const NOW = Date.parse('2027-01-01T00:00:00Z');
const SSH = ['ed25519', 'rsa', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521'];
const PGP = ['ed25519', 'rsa2048', 'subkey'];

function read(name: string): string {
  return readFileSync(join(FIXTURES, name), 'utf8');
}

const ALLOWED = read('allowed_signers');
const ssh = (text: string): Signers => ({ ssh: { text, name: 'signers' } });
const pgp = (...names: readonly string[]): Signers => ({
  pgp: { text: names.map((name) => read(`pgp-${name}.asc`)).join('\n'), name: 'keys' },
});

interface Case {
  readonly name: string;
  readonly commit: string;
  readonly signers: Signers;
  /** Why it is refused; taken, without. */
  readonly why?: RegExp;
}

const lineOf = (key: string): string => ALLOWED.split('\n').find((line) => line.startsWith(`${key}@`)) ?? '';
const withOptions = (options: string): Signers => ssh(lineOf('ed25519').replace(' ', ` ${options} `));
const CHANGED = read('ssh-ed25519.commit').replace('By ssh', 'By SSH');

const CASES: readonly Case[] = [
  ...SSH.map((key) => ({ name: `ssh ${key}, listed`, commit: read(`ssh-${key}.commit`), signers: ssh(ALLOWED) })),
  ...SSH.map((key) => ({
    name: `ssh ${key}, not listed`,
    commit: read(`ssh-${key}.commit`),
    signers: ssh(ALLOWED.replace(lineOf(key), '')),
    why: /of no key of signers/,
  })),
  ...SSH.map((key) => ({
    name: `ssh ${key}, another message`,
    commit: read(`ssh-${key}.commit`).replace('By ssh', 'By SSH'),
    signers: ssh(ALLOWED),
    why: /not of what it holds/,
  })),
  ...PGP.map((key) => ({ name: `pgp ${key}, listed`, commit: read(`pgp-${key}.commit`), signers: pgp(...PGP) })),
  ...PGP.map((key) => ({
    name: `pgp ${key}, not listed`,
    commit: read(`pgp-${key}.commit`),
    signers: pgp(...PGP.filter((other) => other !== key)),
    why: /of no key of keys/,
  })),
  ...PGP.map((key) => ({
    name: `pgp ${key}, another message`,
    commit: read(`pgp-${key}.commit`).replace('By pgp', 'By PGP'),
    signers: pgp(key),
    why: /of no key of keys/,
  })),
  {
    name: 'no signature',
    commit: read('ssh-rsa.commit').replace(/^gpgsig [^]*?END SSH SIGNATURE-----\n/m, ''),
    signers: ssh(ALLOWED),
    why: /is not signed/,
  },
  { name: 'ssh where pgp is required', commit: read('ssh-rsa.commit'), signers: pgp('subkey'), why: /a key of SSH, and none is listed/ },
  { name: 'pgp where ssh is required', commit: read('pgp-subkey.commit'), signers: ssh(ALLOWED), why: /OpenPGP, and none is listed/ },
  {
    name: 'a certificate of X.509',
    commit: read('ssh-rsa.commit').replaceAll('SSH SIGNATURE', 'SIGNED MESSAGE'),
    signers: ssh(ALLOWED),
    why: /neither of SSH nor/,
  },
  {
    name: 'half a signature',
    commit: read('ssh-rsa.commit').replace(/^ .{60}.*\n/m, ''),
    signers: ssh(ALLOWED),
    why: /cannot be read|of no key/,
  },
  {
    name: 'two signatures',
    commit: read('ssh-rsa.commit').replace(/^gpgsig [^]*?END SSH SIGNATURE-----\n/m, (whole) => whole + whole),
    signers: ssh(ALLOWED),
    why: /cannot be read/,
  },
  {
    name: 'a signature of the other hash counts for nothing',
    commit: read('ssh-rsa.commit').replace('gpgsig', 'gpgsig-sha256'),
    signers: ssh(ALLOWED),
    why: /is not signed/,
  },
  { name: 'a namespace that is git', commit: read('ssh-ed25519.commit'), signers: withOptions('namespaces="file,git"') },
  { name: 'another namespace', commit: read('ssh-ed25519.commit'), signers: withOptions('namespaces="file"'), why: /not valid for git/ },
  { name: 'valid by then', commit: read('ssh-ed25519.commit'), signers: withOptions('valid-after="20200101",valid-before="20990101Z"') },
  { name: 'not valid yet', commit: read('ssh-ed25519.commit'), signers: withOptions('valid-after="20980101"'), why: /not valid for git/ },
  {
    name: 'no longer valid',
    commit: read('ssh-ed25519.commit'),
    signers: withOptions('valid-before="202001011200"'),
    why: /not valid for git/,
  },
  {
    name: 'an authority',
    commit: read('ssh-ed25519.commit'),
    signers: withOptions('cert-authority'),
    why: /signers:1: the option cert-authority/,
  },
  { name: 'no line of signers', commit: CHANGED, signers: ssh('# all\n\nalice\n'), why: /signers:3: no line of allowed signers/ },
  { name: 'no time', commit: CHANGED, signers: withOptions('valid-before="soon"'), why: /signers:1: "soon" is no time/ },
  {
    name: 'no keys of OpenPGP',
    commit: read('pgp-subkey.commit'),
    signers: { pgp: { text: 'keys', name: 'keys' } },
    why: /not public keys of OpenPGP/,
  },
];

for (const adapter of ['native', 'js'] as const)
  test(`${adapter}: a commit is taken if one of the signers has signed it as it is`, async (context) => {
    const folder = temporaryFolder(context);
    git(folder, 'init', '-q', '--bare');
    for (const { name, commit, signers, why } of CASES) {
      const args = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'];
      const id = execFileSync('git', args, { cwd: folder, input: commit }).toString().trim();
      const asked = requireSignature(folder, id, { adapter, signers, now: NOW });
      if (why === undefined) await assert.doesNotReject(asked, name);
      else
        await assert.rejects(
          asked,
          (error) => error instanceof KplanError && why.test(error.message) && error.hint !== undefined,
          `${name}: ${await asked.then(
            () => 'taken',
            (error: unknown) => String(error),
          )}`,
        );
    }
  });
