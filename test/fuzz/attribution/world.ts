import type { JsonObject, JsonValue } from '../../../src/std/index.ts';

/** The files of a repository, each with one object. */
export type Files = ReadonlyMap<string, JsonObject>;

function workload(name: string, tier: string, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, tier } },
        spec: {
          serviceAccountName: name,
          containers: [
            {
              name: 'main',
              image: `registry.example/${name}:1`,
              ports: [{ name: 'http', containerPort: 8080 }],
              env: [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } }],
              resources: { requests: { cpu: '500m', memory: '512Mi' } },
              ...more,
            },
          ],
        },
      },
    },
  };
}

function named(apiVersion: string, kind: string, name: string, rest: JsonObject, namespace: string | undefined = 'shop'): JsonObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, ...rest };
}

function policy(name: string, app: string, from: JsonValue): JsonObject {
  const ingress = [{ from: [from], ports: [{ port: 8080 }] }];
  return named('networking.k8s.io/v1', 'NetworkPolicy', name, { spec: { podSelector: { matchLabels: { app } }, ingress } });
}

const RBAC = 'rbac.authorization.k8s.io';

function binding(name: string, role: string, account: string): JsonObject {
  return named(`${RBAC}/v1`, 'RoleBinding', name, {
    roleRef: { apiGroup: RBAC, kind: 'Role', name: role },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'shop' }],
  });
}

function namespace(name: string, labels: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

const APPS = ['api', 'db', 'web'] as const;

/** A small shop in which everything fits, so that what goes wrong is of a change. */
export function makeShop(): Files {
  const files = new Map<string, JsonObject>();
  files.set('namespaces/shop.yaml', namespace('shop', { team: 'shop', 'pod-security.kubernetes.io/enforce': 'privileged' }));
  files.set('namespaces/tools.yaml', namespace('tools', { team: 'tools' }));
  for (const app of APPS) {
    files.set(`${app}/deployment.yaml`, workload(app, app === 'db' ? 'back' : 'front'));
    files.set(
      `${app}/service.yaml`,
      named('v1', 'Service', app, { spec: { selector: { app }, ports: [{ port: 80, targetPort: 'http' }] } }),
    );
    files.set(`${app}/account.yaml`, named('v1', 'ServiceAccount', app, {}));
    files.set(
      `${app}/budget.yaml`,
      named('policy/v1', 'PodDisruptionBudget', app, { spec: { maxUnavailable: 1, selector: { matchLabels: { app } } } }),
    );
  }
  files.set('settings.yaml', named('v1', 'ConfigMap', 'settings', { data: { mode: 'fast', other: 'x' } }));
  files.set('db/policy.yaml', policy('db', 'db', { podSelector: { matchLabels: { app: 'api' } } }));
  files.set('api/policy.yaml', policy('api', 'api', { namespaceSelector: { matchLabels: { team: 'shop' } } }));
  files.set(
    'rbac/reader.yaml',
    named(`${RBAC}/v1`, 'Role', 'reader', { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }] }),
  );
  files.set(
    'rbac/writer.yaml',
    named(`${RBAC}/v1`, 'Role', 'writer', { rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }] }),
  );
  files.set('rbac/read-web.yaml', binding('read-web', 'reader', 'web'));
  files.set('rbac/write-api.yaml', binding('write-api', 'writer', 'api'));
  files.set('quota.yaml', named('v1', 'ResourceQuota', 'all', { spec: { hard: { 'requests.cpu': '20', pods: '40' } } }));
  files.set(
    'web/scaler.yaml',
    named('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    }),
  );
  files.set(
    'web/ingress.yaml',
    named('networking.k8s.io/v1', 'Ingress', 'web', {
      spec: {
        ingressClassName: 'nginx',
        rules: [
          {
            host: 'shop.example',
            http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] },
          },
        ],
      },
    }),
  );
  return files;
}

/** Two nodes, which are in both worlds. */
export function makeNodes(): readonly JsonObject[] {
  return ['node-1', 'node-2'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '20' }, capacity: { cpu: '4', memory: '8Gi', pods: '20' } },
  }));
}
