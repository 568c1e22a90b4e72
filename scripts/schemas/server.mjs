// Starts a real etcd and kube-apiserver on loopback, in a temporary folder and on ports of their own, and ends them again.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const bin = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kplan/judges/bin');

/**
 * A running API server of one release, with further flags (`{ 'runtime-config': 'api/all=true' }`); with the controller manager, and
 * with the scheduler and KWOK in the place of all kubelets, where they are asked for. `get` and `send` answer `{ status, body }`; `connection` is for other clients; `stop` ends both processes and removes the folder.
 * With `restarts` an API server that is killed is started again, and `connection.pidFile` has the number of its process.
 */
export async function startServer(release, flags = {}, { hasControllers = false, hasNodes = false, restarts = false } = {}) {
  const programs = {
    etcd: join(bin, 'etcd'),
    apiserver: join(bin, release, 'kube-apiserver'),
    ...(hasControllers ? { controllers: join(bin, release, 'kube-controller-manager') } : {}),
    ...(hasNodes ? { scheduler: join(bin, release, 'kube-scheduler'), kwok: join(bin, 'kwok') } : {}),
  };
  for (const program of Object.values(programs)) {
    if (!existsSync(program)) throw new Error(`${program} is missing: run scripts/judges/build.sh`);
  }
  const dir = mkdtempSync(join(tmpdir(), 'kplan-schemas-'));
  const token = randomBytes(16).toString('hex');
  const ports = { etcd: await freePort(), peer: await freePort(), api: await freePort() };
  writeCredentials(dir, token);
  const running = [];
  let isStopping = false;
  const pidFile = join(dir, 'apiserver.pid');
  const startApi = () => {
    const child = run(dir, 'apiserver', programs.apiserver, [...serverArguments(dir, ports), ...toFlags(flags)]);
    writeFileSync(pidFile, String(child.pid));
    return child;
  };
  const startAgain = () => {
    if (isStopping) return;
    running[1] = startApi();
    running[1].once('exit', startAgain);
  };
  const stop = async () => {
    isStopping = true;
    for (const child of running.toReversed()) await end(child);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    running.push(run(dir, 'etcd', programs.etcd, etcdArguments(dir, ports)));
    running.push(startApi());
    const client = createClient(dir, ports.api, token);
    await waitUntilReady(client, running);
    if (restarts) running[1].once('exit', startAgain);
    const connection = {
      port: ports.api,
      token,
      certificate: join(dir, 'serving/apiserver.crt'),
      kubeconfig: join(dir, 'kubeconfig.json'),
      pidFile,
    };
    writeKubeconfig(connection);
    if (hasControllers) running.push(run(dir, 'controllers', programs.controllers, controllerArguments(dir, connection, hasNodes)));
    if (hasNodes) {
      running.push(run(dir, 'scheduler', programs.scheduler, schedulerArguments(dir, connection)));
      running.push(run(dir, 'kwok', programs.kwok, kwokArguments(connection)));
    }
    return { ...client, connection, stop };
  } catch (error) {
    const log = join(dir, 'apiserver.log');
    const tail = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-15).join('\n') : '';
    await stop();
    throw new Error(`kube-apiserver ${release} did not start: ${error.message}\n${tail}`, { cause: error });
  }
}

function writeCredentials(dir, token) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  writeFileSync(join(dir, 'accounts.key'), privateKey, { mode: 0o600 });
  writeFileSync(join(dir, 'accounts.pub'), publicKey);
  writeFileSync(join(dir, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
}

function etcdArguments(dir, ports) {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  return toFlags({
    name: 'judge',
    'data-dir': join(dir, 'etcd'),
    'unsafe-no-fsync': true,
    'log-level': 'warn',
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `judge=${peer}`,
  });
}

function serverArguments(dir, ports) {
  return toFlags({
    'etcd-servers': `http://127.0.0.1:${ports.etcd}`,
    'endpoint-reconciler-type': 'none',
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': ports.api,
    'cert-dir': join(dir, 'serving'),
    'token-auth-file': join(dir, 'tokens.csv'),
    'authorization-mode': 'Node,RBAC',
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': join(dir, 'accounts.pub'),
    'service-account-signing-key-file': join(dir, 'accounts.key'),
    'service-cluster-ip-range': '10.96.0.0/16',
    'allow-privileged': true,
    'shutdown-delay-duration': '0s',
  });
}

function writeKubeconfig({ port, token, certificate, kubeconfig }) {
  const name = 'judge';
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority': certificate };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
}

/** KWOK sends no heartbeats: nodes stay as they say they are. */
function controllerArguments(dir, { certificate, kubeconfig }, hasNodes) {
  const patient = { 'node-monitor-grace-period': '87600h', 'node-startup-grace-period': '87600h' };
  return toFlags({
    kubeconfig,
    'kube-api-qps': 500,
    'kube-api-burst': 1000,
    'leader-elect': false,
    'root-ca-file': certificate,
    'secure-port': 0,
    'service-account-private-key-file': join(dir, 'accounts.key'),
    ...(hasNodes ? { ...patient, 'kube-api-qps': 500, 'kube-api-burst': 1000 } : {}),
  });
}

function schedulerArguments(dir, { kubeconfig }) {
  const config = join(dir, 'scheduler.json');
  const content = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig, qps: 500, burst: 1000 },
  };
  writeFileSync(config, JSON.stringify(content));
  return toFlags({ config, 'secure-port': 0 });
}

function kwokArguments({ kubeconfig }) {
  return toFlags({
    kubeconfig,
    config: join(bin, 'kwok-stages.yaml'),
    'manage-all-nodes': true,
    'node-lease-duration-seconds': 0,
    'node-ip': '10.0.0.1',
    cidr: '10.128.0.1/9',
  });
}

const toFlags = (flags) => Object.entries(flags).map(([name, value]) => `--${name}=${value}`);

function run(dir, name, program, args) {
  const log = createWriteStream(join(dir, `${name}.log`));
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
  await exited;
  clearTimeout(timer);
}

function createClient(dir, port, token) {
  const certificate = join(dir, 'serving/apiserver.crt');
  let agent;
  const send = (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      agent ??= new Agent({ keepAlive: true, ca: readFileSync(certificate) });
      const content = body === undefined ? {} : { 'content-type': 'application/json' };
      const outgoing = request(
        { agent, host: '127.0.0.1', port, path, method, headers: { authorization: `Bearer ${token}`, ...content, ...headers } },
        (answer) => {
          const chunks = [];
          answer.on('data', (chunk) => chunks.push(chunk));
          answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(chunks).toString('utf8') }));
          answer.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const get = async (path, headers) => {
    const { status, body } = await send('GET', path, undefined, headers);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.slice(0, 300)}`);
    return JSON.parse(body);
  };
  return { send, get, isListening: () => existsSync(certificate) };
}

async function waitUntilReady(client, running) {
  for (let attempt = 0; attempt < 900; attempt += 1) {
    if (running.some((child) => child.exitCode !== null)) throw new Error('a process ended');
    if (client.isListening()) {
      const answer = await client.send('GET', '/readyz').catch(() => undefined);
      if (answer?.status === 200) return;
    }
    await sleep(100);
  }
  throw new Error('not ready after 90 s');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
