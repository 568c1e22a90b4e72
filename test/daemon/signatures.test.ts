import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commitAll, git, run, temporaryFolder } from '../cli/program.ts';
import { Running } from './running.ts';

function toString(bytes: Uint8Array | string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(bytes));
  return Buffer.concat([length, Buffer.from(bytes)]);
}

function toBlob(publicKey: KeyObject): Buffer {
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([toString('ssh-ed25519'), toString(Buffer.from(x, 'base64url'))]);
}

/** Signs the newest commit as `git commit -S` does with a key of SSH. */
function signHead(repository: string, { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }): void {
  const commit = git(repository, 'cat-file', 'commit', 'HEAD');
  const digest = createHash('sha512').update(commit).digest();
  const tail = ['git', '', 'sha512'].map(toString);
  const bytes = sign(null, Buffer.concat([Buffer.from('SSHSIG'), ...tail, toString(digest)]), privateKey);
  const signature = toString(Buffer.concat([toString('ssh-ed25519'), toString(bytes)]));
  const version = Buffer.from([0, 0, 0, 1]);
  const blob = Buffer.concat([Buffer.from('SSHSIG'), version, toString(toBlob(publicKey)), ...tail, signature]).toString('base64');
  const header = `gpgsig -----BEGIN SSH SIGNATURE-----\n ${blob.replaceAll(/.{70}(?=.)/g, '$&\n ')}\n -----END SSH SIGNATURE-----\n`;
  const signed = commit.replace(/\n\n/, `\n${header}\n`);
  const id = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], { cwd: repository, input: signed }).toString().trim();
  git(repository, 'reset', '-q', '--soft', id);
}

test('a commit that is not signed by who may is not applied: the one before stays, and the status says why', async (context) => {
  const folder = temporaryFolder(context);
  const repository = join(folder, 'shop');
  const [alice, mallory] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const signers = join(folder, 'signers');
  writeFileSync(signers, `alice@example.com ssh-ed25519 ${toBlob(alice.publicKey).toString('base64')}\n`);
  git(folder, 'init', '-q', '-b', 'main', 'shop');
  const commit = (value: string): void => {
    const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\ndata: {k: ${value}}\n`;
    writeFileSync(join(repository, 'a.yaml'), object);
    commitAll(repository, value);
  };
  commit('one');
  const words = ['shop', '--watch', '--ref', 'main', '--embedded', 'cluster', '--interval', '1s'];
  const daemon = new Running(context, folder, words, { KAPPLY_GIT_ALLOWED_SIGNERS_FILE: signers });
  await daemon.says(/is not taken: it is not signed/);
  signHead(repository, alice);
  await daemon.says(/synced: 1 change\n/);
  commit('two');
  signHead(repository, mallory);
  await daemon.says(/is not taken: its signature is of no key of .*the last good revision is kept/);
  const status = async (): Promise<string> =>
    (await run('kapply', folder, ['status', '--embedded', 'cluster'])).stdout.replaceAll(/\s+/g, ' ');
  let told = await status();
  for (let tries = 0; tries < 100 && !/no newer revision since/.test(told); tries++) told = await status();
  assert.match(told, /no newer revision since .*: the commit [0-9a-f]{12} is not taken: its signature is of no key of/);
  commit('three');
  signHead(repository, alice);
  await daemon.says(/the source can be read again/);
  await daemon.says(/synced: 1 change\n/);
  for (let tries = 0; tries < 100 && /no newer/.test(told); tries++) told = await status();
  assert.doesNotMatch(told, /no newer/);
  await daemon.stop('SIGTERM');
});

test('where signatures are required, a folder of files is refused: it has none', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'signers'), '');
  const { code, stderr } = await run('kapply', folder, ['.', '--watch', '--embedded', 'cluster', '--once'], {
    KAPPLY_GIT_ALLOWED_SIGNERS_FILE: 'signers',
  });
  assert.equal(code, 3);
  assert.match(stderr, /signatures are required.*--ref HEAD/s);
});
