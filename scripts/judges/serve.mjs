// Starts a real control plane (API server, controller manager) on loopback: `node scripts/judges/serve.mjs`. Prints a line of JSON, `{"kubeconfig": ...,
// "kubectl": ..., "pidFile": ...}`, starts the API server again when it is killed, and ends all of it when its input does.
import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { releases } from '../schemas/releases.mjs';
import { startServer } from '../schemas/server.mjs';

const RELEASE = releases['1.36'];

for (const args of [['etcd'], [RELEASE, 'kube-apiserver', 'kube-controller-manager', 'kubectl']]) {
  execFileSync('bash', [join(import.meta.dirname, 'build.sh'), ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
}
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.stdin.destroy());
const server = await startServer(RELEASE, {}, { hasControllers: true, restarts: true });
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const kubectl = join(cache, 'kplan/judges/bin', RELEASE, 'kubectl');
console.log(JSON.stringify({ ...server.connection, kubectl }));
process.stdin.resume();
await new Promise((resolve) => process.stdin.on('close', resolve));
await server.stop();
