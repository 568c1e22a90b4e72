import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kplan/judges/bin');
const BUILD = fileURLToPath(new URL('../../../scripts/judges/build.sh', import.meta.url));
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';

/** The real kube-scheduler beside the cluster of KUBECONFIG, and KWOK, which plays the kubelets: what is bound runs and is ready. */
export function startMachines(folder: string): { readonly stop: () => Promise<void> } {
  const release = dirname(process.env['KUBECTL'] ?? '');
  execFileSync('bash', [BUILD, release.replace(/^.*\//, ''), 'kube-scheduler'], { stdio: 'ignore' });
  execFileSync('bash', [BUILD, 'kwok'], { stdio: 'ignore' });
  const config = join(folder, 'scheduler.yaml');
  writeFileSync(
    config,
    `apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nleaderElection: {leaderElect: false}\nclientConnection: {kubeconfig: "${KUBECONFIG}", qps: 1000, burst: 2000}\n`,
  );
  const running = [
    start(join(release, 'kube-scheduler'), ['--config', config, '--secure-port', '0', '--authentication-skip-lookup']),
    start(join(BIN, 'kwok'), [
      '--kubeconfig',
      KUBECONFIG,
      '--config',
      join(BIN, 'kwok-stages.yaml'),
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds',
      '40',
      '--node-ip',
      '10.0.0.1',
      '--cidr',
      '10.128.0.1/9',
    ]),
  ];
  return { stop: async () => void (await Promise.all(running.map(end))) };
}

function start(program: string, args: readonly string[]): ChildProcess {
  assert.ok(existsSync(program), `${program} is missing`);
  return spawn(program, args, { stdio: 'ignore' });
}

function end(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null) return Promise.resolve();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return ended;
}
