import { createRandom } from './corpus.ts';

const MEGABYTE = 1_000_000;
const ACCOUNTS = 2000;
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] as const;
const RESOURCES = [
  ['', 'pods'],
  ['', 'configmaps'],
  ['', 'secrets'],
  ['apps', 'deployments'],
  ['coordination.k8s.io', 'leases'],
] as const;

/**
 * Lines of an audit log, as an API server writes it at the level RequestResponse, until there are so many bytes, a megabyte at a time. Always the same; in the
 * end it tells how many requests they end. */
export function* makeAuditLog(bytes: number, tell: (requests: number) => void): Generator<string> {
  const random = createRandom(31);
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  let chunk = '';
  let index = 0;
  for (let size = 0; size < bytes; index++) {
    const namespace = `team-${index % 200}`;
    const verb = pick(VERBS) ?? 'get';
    const [apiGroup, resource] = pick(RESOURCES) ?? RESOURCES[0];
    const name = `object-${Math.floor(random() * 5000)}`;
    const uri = `${apiGroup === '' ? '/api/v1' : `/apis/${apiGroup}/v1`}/namespaces/${namespace}/${resource}/${name}`;
    const event = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      auditID: `00000000-0000-4000-8000-${String(index >> 1).padStart(12, '0')}`,
      stage: index % 2 === 0 ? 'RequestReceived' : 'ResponseComplete',
      requestURI: uri,
      verb,
      user: {
        username: `system:serviceaccount:${namespace}:account-${index % ACCOUNTS}`,
        uid: '3b2a4b4e-0000-4000-8000-000000000001',
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        extra: { 'authentication.kubernetes.io/pod-name': [`web-${index % 50}`] },
      },
      sourceIPs: ['10.0.0.1'],
      userAgent: 'app/v1.0 (linux/amd64) kubernetes/abcdef',
      objectRef: { resource, namespace, name, ...(apiGroup === '' ? {} : { apiGroup }), apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 200 },
      ...(index % 4 === 1
        ? { responseObject: { kind: 'X', metadata: { name, labels: { app: name } }, data: { text: 'x'.repeat(1500) } } }
        : {}),
      requestReceivedTimestamp: `2026-11-01T00:00:${String(index % 60).padStart(2, '0')}.000000Z`,
      stageTimestamp: `2026-11-01T00:00:${String(index % 60).padStart(2, '0')}.100000Z`,
      annotations: { 'authorization.k8s.io/decision': index % 97 === 1 ? 'forbid' : 'allow', 'authorization.k8s.io/reason': '' },
    };
    const line = `${JSON.stringify(event)}\n`;
    size += line.length;
    chunk += line;
    if (chunk.length < MEGABYTE && size < bytes) continue;
    yield chunk;
    chunk = '';
  }
  tell(index >> 1);
}
