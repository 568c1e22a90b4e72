import * as fc from 'fast-check';
import type { JsonObject } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { anyLabels, given, optional } from './random-parts.ts';

const anyIdentity: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { namespaces: ['x'] },
  { namespaces: ['*'] },
  { notNamespaces: ['y'] },
  { principals: ['cluster.local/ns/x/sa/one'] },
  { principals: ['*/sa/default', 'cluster.local/ns/y/*'] },
  { notPrincipals: ['*/sa/two'] },
  { serviceAccounts: ['one', 'y/two'] },
  { ipBlocks: ['10.0.0.0/8'] },
  { notIpBlocks: ['10.0.0.1'], namespaces: ['x', 'z'] },
);
const anyOperation: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<JsonObject>({ ports: ['80'] }, { ports: ['80', '81'] }, { notPorts: ['80'] }) },
  { weight: 1, arbitrary: fc.constantFrom<JsonObject>({ methods: ['GET'] }, { ports: ['80'], methods: ['GET'] }) },
);
const anyCondition: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { key: 'destination.port', values: ['80'] },
  { key: 'destination.port', notValues: ['80'] },
  { key: 'source.namespace', values: ['x'] },
  { key: 'request.headers[a]', values: ['b'] },
);
const anyTarget: fc.Arbitrary<JsonObject[] | undefined> = fc.constantFrom<JsonObject[] | undefined>(
  undefined,
  undefined,
  undefined,
  [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }],
  [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'w' }],
  [{ group: '', kind: 'Service', name: 'a' }],
  [{ group: '', kind: 'Service', name: 'b' }],
);
const anyMode = fc.constantFrom('STRICT', 'STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET');
const anyAuthentication: fc.Arbitrary<(index: number) => KubernetesObject> = fc
  .record({
    home: fc.constantFrom('x', 'x', 'y', 'istio-system'),
    selector: optional(anyLabels.map((matchLabels) => ({ matchLabels }))),
    mode: optional(anyMode),
    ports: optional(
      fc.dictionary(
        fc.constantFrom('80', '81'),
        anyMode.map((mode) => ({ mode })),
        { noNullPrototype: true },
      ),
    ),
  })
  .map(({ home, selector, mode, ports }) => (index: number): KubernetesObject => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: `a${index}`, namespace: home },
    spec: given({
      selector,
      mtls: mode === undefined ? undefined : { mode },
      portLevelMtls: Object.keys(selector?.matchLabels ?? {}).length === 0 ? undefined : ports,
    }),
  }));

const GATEWAYS: readonly KubernetesObject[] = [
  ['edge', 'istio'],
  ['w', 'istio-waypoint'],
].map(([name = '', gatewayClassName = '']) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name, namespace: 'x' },
  spec: { gatewayClassName, listeners: [] },
}));
const SERVICES: readonly KubernetesObject[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a', namespace: 'x', labels: { 'istio.io/use-waypoint': 'w' } },
    spec: { selector: { app: 'a' } },
  },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'b', namespace: 'x' }, spec: { selector: { tier: 'b' } } },
];

const anyPolicy: fc.Arbitrary<(index: number) => KubernetesObject> = fc
  .record({
    home: fc.constantFrom('x', 'x', 'y', 'istio-system'),
    action: fc.constantFrom(undefined, 'ALLOW', 'DENY', 'DENY', 'CUSTOM', 'AUDIT'),
    selector: optional(anyLabels.map((matchLabels) => ({ matchLabels }))),
    targetRefs: anyTarget,
    rules: optional(
      fc.array(
        fc
          .tuple(
            optional(fc.array(anyIdentity, { minLength: 1, maxLength: 2 })),
            optional(fc.array(anyOperation, { minLength: 1, maxLength: 2 })),
            fc.option(anyCondition, { nil: undefined, freq: 5 }),
          )
          .map(([from, to, when]) =>
            given({
              from: from?.map((source) => ({ source: withMask(source) })),
              to: to?.map((operation) => ({ operation })),
              when: when === undefined ? undefined : [when],
            }),
          ),
        { maxLength: 2 },
      ),
    ),
  })
  .map(({ home, selector, targetRefs, ...spec }) => (index: number): KubernetesObject => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: `i${index}`, namespace: home },
    spec: given({ ...spec, ...(targetRefs === undefined ? { selector } : { targetRefs }) }),
  }));

/** The naive evaluator reads CIDRs alone. */
function withMask(source: JsonObject): JsonObject {
  return source['notIpBlocks'] === undefined ? source : { ...source, notIpBlocks: ['10.0.0.1/32'] };
}

/** Policies of a mesh, with what they name. */
export const anyMesh: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .tuple(fc.array(anyPolicy, { maxLength: 3 }), fc.array(anyAuthentication, { maxLength: 3 }), fc.boolean())
  .map(([policies, authentications, isRouted]) => [
    ...policies.map((make, index) => make(index)),
    ...authentications.map((make, index) => make(index)),
    ...(isRouted ? [...GATEWAYS, ...SERVICES] : []),
  ]);
