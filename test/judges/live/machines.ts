import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringifyJson } from '../../../src/std/index.ts';
import { makeCertificate } from './certificate.ts';

const BIN = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kplan/judges/bin');
const BUILD = fileURLToPath(new URL('../../../scripts/judges/build.sh', import.meta.url));
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';

/** What the kubelets that KWOK plays answer themselves. */
export interface Kubelets {
  readonly port: number;
  /** The line that every program logs. */
  readonly log: string;
}

/** The real kube-scheduler beside the cluster of KUBECONFIG, and KWOK, which plays the kubelets: what is bound runs and is ready. */
export function startMachines(folder: string, kubelets?: Kubelets): { readonly stop: () => Promise<void> } {
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
      '--cidr',
      '10.128.0.1/9',
      ...(kubelets === undefined ? ['--node-ip', '10.0.0.1'] : answering(folder, kubelets)),
    ]),
  ];
  return { stop: async () => void (await Promise.all(running.map(end))) };
}

/** What makes KWOK answer for its kubelets, on one port of this machine. */
function answering(folder: string, { port, log }: Kubelets): readonly string[] {
  const { keyFile, file } = makeCertificate(folder, 'kubelets');
  const [config, logsFile] = [join(folder, 'kubelets.yaml'), join(folder, 'program.log')];
  writeFileSync(logsFile, `2026-01-01T00:00:00.000000000Z stdout F ${log}\n`);
  writeFileSync(
    config,
    stringifyJson({ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'ClusterLogs', metadata: { name: 'all' }, spec: { logs: [{ logsFile }] } }),
  );
  const node = ['--node-ip', '127.0.0.1', '--node-port', String(port)];
  return [...node, '--config', config, '--tls-cert-file', file, '--tls-private-key-file', keyFile];
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
