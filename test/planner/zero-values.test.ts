import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withMetadata } from '../../src/model/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { manifest, plan, stored, summary } from './scenario.ts';

function deployment(spec: JsonObject = {}, podSpec: JsonObject = {}, container: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { ...podSpec, containers: [{ name: 'web', image: 'web:1', ...container }] },
      },
      ...spec,
    },
  };
}

function service(spec: JsonObject, port: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'shop' },
    spec: { ports: [{ port: 80, ...port }], ...spec },
  };
}

function definition(spec: JsonObject, version: JsonObject, column: JsonObject, schema: JsonObject): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      names: { kind: 'Widget', plural: 'widgets' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { a: { type: 'string', ...schema } } } },
          additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.a', ...column }],
          ...version,
        },
      ],
      ...spec,
    },
  };
}

const volume = { volumes: [{ name: 'v', emptyDir: {} }] };
const mount = (fields: JsonObject): JsonObject => ({ volumeMounts: [{ name: 'v', mountPath: '/v', ...fields }] });
const probe = (fields: JsonObject): JsonObject => ({ readinessProbe: { tcpSocket: { port: 80 }, ...fields } });

const UNSTORED: readonly { readonly name: string; readonly before: JsonObject; readonly desired: JsonObject }[] = [
  {
    name: 'flags of a pod',
    before: deployment(),
    desired: deployment({}, { hostNetwork: false, hostPID: false, hostIPC: false, nodeName: '', nodeSelector: {}, tolerations: [] }),
  },
  {
    name: 'flags, texts and maps of a container',
    before: deployment(),
    desired: deployment({}, {}, { tty: false, stdin: false, stdinOnce: false, workingDir: '', env: [], resources: { limits: {} } }),
  },
  {
    name: 'flags and texts of a mount',
    before: deployment({}, volume, mount({})),
    desired: deployment({}, volume, mount({ readOnly: false, subPath: '' })),
  },
  {
    name: 'zeros of a probe, which are their defaults then',
    before: deployment({}, {}, probe({})),
    desired: deployment({}, {}, probe({ initialDelaySeconds: 0, periodSeconds: 0 })),
  },
  { name: 'paused and ready at once', before: deployment(), desired: deployment({ paused: false, minReadySeconds: 0 }) },
  {
    name: 'the text of a variable',
    before: deployment({}, {}, { env: [{ name: 'A' }] }),
    desired: deployment({}, {}, { env: [{ name: 'A', value: '' }] }),
  },
  {
    name: 'what a Service asks for and what it leaves to the server',
    before: service({}),
    desired: service({ publishNotReadyAddresses: false, clusterIP: '', healthCheckNodePort: 0, externalName: '' }, { nodePort: 0 }),
  },
  {
    name: 'a definition',
    before: definition({}, {}, {}, {}),
    desired: definition({ preserveUnknownFields: false }, { deprecated: false }, { priority: 0 }, { nullable: false }),
  },
];

test('a zero that the server does not store is no change, neither written out nor taken away', () => {
  for (const { name, before, desired } of UNSTORED) {
    assert.deepEqual(summary(plan([stored(before)], [manifest(desired)])), [], `${name}, written out`);
    assert.deepEqual(summary(plan([stored(desired)], [manifest(desired)])), [], `${name}, applied`);
    assert.deepEqual(summary(plan([stored(desired)], [manifest(before)])), [], `${name}, taken away`);
    assert.deepEqual(summary(plan([stored(before)], [manifest(desired)], { mode: 'revision' })), [], `${name}, between revisions`);
    const dumped = withMetadata(stored(before), { managedFields: undefined });
    assert.deepEqual(summary(plan([dumped], [manifest(desired)])), [], `${name}, against a dump`);
  }
});

test('a zero that Go points to, or that takes the place of another value, is a change', () => {
  const pod = '/spec/template/spec';
  const cases: readonly { name: string; before: JsonObject; desired: JsonObject; want: string }[] = [
    { name: 'replicas', before: deployment(), desired: deployment({ replicas: 0 }), want: '/spec/replicas' },
    {
      name: 'the token of the service account',
      before: deployment(),
      desired: deployment({}, { automountServiceAccountToken: false }),
      want: `${pod}/automountServiceAccountToken`,
    },
    {
      name: 'privilege escalation',
      before: deployment({}, {}, { securityContext: {} }),
      desired: deployment({}, {}, { securityContext: { allowPrivilegeEscalation: false } }),
      want: `${pod}/containers/0/securityContext/allowPrivilegeEscalation`,
    },
    {
      name: 'true becomes false',
      before: deployment({}, { hostNetwork: true }),
      desired: deployment({}, { hostNetwork: false }),
      want: `${pod}/hostNetwork`,
    },
    {
      name: '3 becomes 0',
      before: deployment({ minReadySeconds: 3 }),
      desired: deployment({ minReadySeconds: 0 }),
      want: '/spec/minReadySeconds',
    },
    {
      name: 'a delay becomes none',
      before: deployment({}, {}, probe({ initialDelaySeconds: 3 })),
      desired: deployment({}, {}, probe({ initialDelaySeconds: 0 })),
      want: `${pod}/containers/0/readinessProbe/initialDelaySeconds`,
    },
    {
      name: 'a limit of history',
      before: deployment(),
      desired: deployment({ revisionHistoryLimit: 0 }),
      want: '/spec/revisionHistoryLimit',
    },
  ];
  for (const { name, before, desired, want } of cases)
    assert.deepEqual(summary(plan([stored(before)], [manifest(desired)])), [`update Deployment web ${want}`], name);
});

test('what the server allocated for a Service stays when it is not asked for any more', () => {
  const given: JsonObject = { clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1'], type: 'NodePort' };
  const live = stored(service(given, { nodePort: 30080 }));
  const asked: readonly (readonly [JsonObject, readonly string[]])[] = [
    [{ nodePort: 0 }, []],
    [{}, []],
    [{ nodePort: 30081 }, ['update Service s /spec/ports/0/nodePort']],
  ];
  for (const [port, want] of asked) {
    const desired = service({ type: 'NodePort' }, port);
    assert.deepEqual(summary(plan([live], [manifest(desired)])), want);
  }
});
