import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { parseJson, type JsonValue } from '../../../src/std/index.ts';

const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';

/** What a run of the real kubectl printed, against the cluster of KUBECONFIG; fails the test where kubectl fails. */
export function kubectl(args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr } = tryKubectl(args, input, env);
  assert.equal(status, 0, `kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** The same, whatever comes of it. */
export function tryKubectl(
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(KUBECTL, args, { input, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 });
}

/** Objects as kubectl prints them, with their managers. */
export function kubectlGet(...args: readonly string[]): JsonValue {
  return parseJson(kubectl(['get', ...args, '-o', 'json', '--show-managed-fields']));
}
