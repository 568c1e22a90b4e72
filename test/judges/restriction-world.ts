import type { JsonObject } from '../../src/std/index.ts';
import type { Random } from './random.ts';

/** The names, uids and audiences of what nodes write about. */
export const NODES: readonly string[] = ['n1', 'n2'];
export const PODS: readonly string[] = ['a', 'b', 'c'];
export const UIDS: readonly string[] = ['u-a', 'u-b', 'u-n1', 'u-n2'];
export const AUDIENCES: readonly string[] = ['', 'vault', 'api'];
const DRIVERS = ['d', 'e', 'disk.csi.azure.com'];

/** Nodes, pods, claims, volumes and drivers that writes of nodes are judged by, and a role that nodes may have besides. */
export function makeNodeWorld(random: Random): JsonObject {
  const some = <T>(items: readonly T[], make: (item: T) => JsonObject): readonly JsonObject[] =>
    items.filter(() => !random.once(4)).map(make);
  return {
    objects: [
      ...some(NODES, (name) => object('v1', 'Node', { name, uid: `u-${name}` })),
      ...some(PODS, (name) => ({
        ...object('v1', 'Pod', { name, namespace: 'shop', uid: `u-${name}` }),
        spec: {
          nodeName: random.pick(['n1', 'n1', 'n2']),
          containers: [],
          volumes: random.list(random.below(4), () => makeVolume(random)),
        },
      })),
      ...some(['v', 'a-v', 'b-v'], (name) => ({
        ...object('v1', 'PersistentVolumeClaim', { name, namespace: 'shop' }),
        spec: { volumeName: random.pick(['p', 'q', '']) },
      })),
      ...some(['p', 'q'], (name) => ({ ...object('v1', 'PersistentVolume', { name }), spec: makeVolumeSource(random) })),
      ...some(DRIVERS, (name) => ({
        ...object('storage.k8s.io/v1', 'CSIDriver', { name }),
        spec: { tokenRequests: random.list(random.below(2), () => ({ audience: random.pick(AUDIENCES) })) },
      })),
    ],
    policy: random.once(4) ? makeAudienceRole(random) : [],
  };
}

/** An object of a kind, without more. */
export function object(apiVersion: string, kind: string, metadata: JsonObject): JsonObject {
  return { apiVersion, kind, metadata };
}

function makeAudienceRole(random: Random): readonly JsonObject[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  const rule = { verbs: ['request-serviceaccounts-token-audience'], apiGroups: [''], resources: [random.pick(['*', 'api', 'vault'])] };
  return [
    { ...object(`${apiGroup}/v1`, 'ClusterRole', { name: 'audiences' }), rules: [rule] },
    {
      ...object(`${apiGroup}/v1`, 'ClusterRoleBinding', { name: 'audiences' }),
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'audiences' },
      subjects: [{ apiGroup, kind: 'Group', name: 'system:nodes' }],
    },
  ];
}

function makeVolume(random: Random): JsonObject {
  const audience = random.pick(AUDIENCES);
  const sources: readonly JsonObject[] = [
    { projected: { sources: [{ serviceAccountToken: { path: 't', ...(audience === '' ? {} : { audience }) } }] } },
    { ephemeral: { volumeClaimTemplate: { spec: {} } } },
    { persistentVolumeClaim: { claimName: random.pick(['v', 'gone']) } },
    { csi: { driver: random.pick(DRIVERS) } },
    { azureDisk: { diskName: 'x', diskURI: '/x' } },
    { emptyDir: {} },
  ];
  return { name: 'v', ...random.pick(sources) };
}

function makeVolumeSource(random: Random): JsonObject {
  return random.pick([
    { csi: { driver: random.pick(DRIVERS), volumeHandle: 'h' } },
    { hostPath: { path: '/x' } },
    { azureDisk: { diskName: 'x', diskURI: '/x' } },
  ]);
}
