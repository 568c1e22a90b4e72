// Records commits that the programs of Git, OpenSSH and GnuPG have signed:
// `node --import tsx test/loader/git/signature/record.ts`. Each recording has new keys, and keeps none that is private.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUT = fileURLToPath(new URL('../../../../fixtures/git-signatures/', import.meta.url));
const SSH: Readonly<Record<string, readonly string[]>> = {
  ed25519: ['-t', 'ed25519'],
  rsa: ['-t', 'rsa', '-b', '2048'],
  'ecdsa-256': ['-t', 'ecdsa', '-b', '256'],
  'ecdsa-384': ['-t', 'ecdsa', '-b', '384'],
  'ecdsa-521': ['-t', 'ecdsa', '-b', '521'],
};
const PGP = ['ed25519', 'rsa2048', 'subkey'];

const folder = mkdtempSync(join(tmpdir(), 'kplan-signatures-'));
const home = join(folder, 'gnupg');
mkdirSync(home, { mode: 0o700 });
const env = { PATH: process.env['PATH'] ?? '', HOME: folder, GNUPGHOME: home, GIT_CONFIG_NOSYSTEM: '1' };

function run(program: string, ...args: readonly string[]): Buffer {
  return execFileSync(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
}

function gpg(...args: readonly string[]): Buffer {
  return run('gpg', '--batch', '--quiet', '--passphrase', '', '--pinentry-mode', 'loopback', ...args);
}

function commit(name: string, format: 'openpgp' | 'ssh', key: string): void {
  const identity = ['-c', 'user.name=Zoë', '-c', 'user.email=zoe@example.com'];
  run(
    'git',
    ...identity,
    '-c',
    `gpg.format=${format}`,
    '-c',
    `user.signingKey=${key}`,
    'commit',
    '-qS',
    '--allow-empty',
    '-m',
    `By ${name}`,
  );
  writeFileSync(join(OUT, `${name}.commit`), run('git', 'cat-file', 'commit', 'HEAD'));
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT);
run('git', 'init', '-q');
const signers: string[] = [];
for (const [name, options] of Object.entries(SSH)) {
  run('ssh-keygen', '-q', '-N', '', '-C', name, '-f', name, ...options);
  commit(`ssh-${name}`, 'ssh', join(folder, name));
  signers.push(`${name}@example.com ${readFileSync(join(folder, `${name}.pub`), 'utf8').trim()}\n`);
}
writeFileSync(join(OUT, 'allowed_signers'), signers.join(''));
for (const name of PGP) {
  const mail = `${name}@example.com`;
  gpg('--quick-gen-key', mail, name === 'subkey' ? 'ed25519' : name, name === 'subkey' ? 'cert' : 'sign', 'never');
  const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(gpg('--list-keys', '--with-colons', mail).toString())?.[1] ?? '';
  if (name === 'subkey') gpg('--quick-add-key', fingerprint, 'ed25519', 'sign', 'never');
  commit(`pgp-${name}`, 'openpgp', mail);
  writeFileSync(join(OUT, `pgp-${name}.asc`), gpg('--armor', '--export', mail));
}
run('gpgconf', '--kill', 'all');
rmSync(folder, { recursive: true });
