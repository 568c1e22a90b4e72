import assert from 'node:assert/strict';
import { describe as group, test } from 'node:test';
import { describe } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { validateManifests } from '../../src/validate/index.ts';
import { toManifest } from './fake-origin.ts';

/** The warnings, each with its severity and where it is. */
function warn(object: JsonObject, release = '1.36'): readonly string[] {
  const options = { catalogs: [loadCatalog(release)], knowsCluster: false, defaultNamespace: 'shop' };
  return validateManifests([toManifest(object)], options)
    .filter(({ code }) => code === 'KV0131' || code === 'KV0132')
    .map((finding) => `${finding.severity} ${finding.path ?? ''}: ${describe(finding)}`);
}

const pod = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', ...metadata },
  spec: { containers: [{ name: 'web', image: 'web:1' }], ...spec },
});
const service = (spec: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { ports: [{ port: 80 }], ...spec },
});
const policy = (cidr: string): JsonObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'x' },
  spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr } }] }] },
});
const CIDR = '/spec/ingress/0/from/0/ipBlock/cidr';
const CIDR_FIELD = 'spec.ingress[0].from[0].ipBlock.cidr';

const CASES: readonly { readonly name: string; readonly object: JsonObject; readonly want: readonly string[] }[] = [
  { name: 'a pod as it should be', object: pod({}), want: [] },
  {
    name: 'an old label of nodes',
    object: pod({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
    want: [
      'info /spec/nodeSelector/beta.kubernetes.io~1os: spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    ],
  },
  {
    name: 'a dot in the name of a pod',
    object: pod({}, { name: 'a.b' }),
    want: [
      "info /metadata/name: metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    ],
  },
  {
    name: 'a variable twice',
    object: pod({
      containers: [
        {
          name: 'web',
          image: 'web:1',
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '$(A)2' },
            { name: 'A', value: '3' },
          ],
        },
      ],
    }),
    want: [
      'info /spec/containers/0/env/2: spec.containers[0].env[2]: hides previous definition of "A", which may be dropped when using apply',
    ],
  },
  {
    name: 'files of a volume, one below the other',
    object: pod({
      volumes: [
        {
          name: 'v',
          configMap: {
            name: 'c',
            items: [
              { key: 'a', path: 'a' },
              { key: 'b', path: 'a/b/' },
            ],
          },
        },
      ],
    }),
    want: ['info /spec/volumes/0/configMap/items/1/path: volume "v" (ConfigMap "c"): overlapping paths: "a/b" with "a"'],
  },
  {
    name: 'what a pod is refused for is all that is said',
    object: pod({ restartPolicy: 'Sometimes', nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
    want: [],
  },
  {
    name: 'an address within a block',
    object: policy('10.0.0.1/8'),
    want: [`info ${CIDR}: ${CIDR_FIELD}: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)`],
  },
  {
    name: 'a block with zeros written out',
    object: policy('fd00:0:0::/64'),
    want: [`info ${CIDR}: ${CIDR_FIELD}: IPv6 CIDR value "fd00:0:0::/64" should be in RFC 5952 canonical format ("fd00::/64")`],
  },
  { name: 'the longest run of zeros is left out', object: policy('1:0:0:2::/64'), want: [] },
  {
    name: 'an external name of another type of Service',
    object: service({ externalName: 'example.com' }),
    want: ['info /spec/externalName: spec.externalName is ignored when spec.type is not "ExternalName"'],
  },
  {
    name: 'a kind that is to go away',
    object: { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'web' } },
    want: ['info /apiVersion: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
  },
];

group('what the server warns of', () => {
  for (const { name, object, want } of CASES) {
    test(name, () => assert.deepEqual(warn(object), want));
  }
  test('a server from before the deprecation says nothing', () => {
    assert.deepEqual(warn({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'web' } }, '1.32'), []);
  });
});
