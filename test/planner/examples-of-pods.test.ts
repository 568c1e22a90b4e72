import { World } from '../../src/model/index.ts';
import { added, complete, join, replaced, testExamples, type ExampleCase } from './example-world.ts';

const NODE = 'kind: Node\nmetadata: {name: worker-1}\nstatus: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}';
const pool = (name: string): string => NODE.replaceAll('worker-1', `${name}-1, labels: {pool: ${name}}`);
const balancer = (name: string): string =>
  `kind: Service\nmetadata: {name: ${name}}\nspec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}`;
const FULL =
  'kind: Pod\nmetadata: {name: usual}\nspec: {nodeName: worker-1, containers: [{name: main, image: web, resources: {requests: {cpu: 2}}}]}';
const DISK =
  'kind: PersistentVolume\nmetadata: {name: disk}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], claimRef: {namespace: shop, name: data}, csi: {driver: d, volumeHandle: v}}';
const CLAIM =
  'kind: PersistentVolumeClaim\nmetadata: {name: data, annotations: {pv.kubernetes.io/bind-completed: "yes"}}\nspec: {accessModes: [ReadWriteOnce], volumeName: disk}\nstatus: {phase: Bound}';

const RUNNING = 'kind: Pod\nmetadata: {name: web, uid: a1}\nspec: {containers: [{name: main, image: web}]}';

const cases: readonly ExampleCase[] = [
  { code: 'KQ0001', sides: replaced('replicas: 8', 'replicas: 4') },
  { code: 'KQ0002', sides: added() },
  { code: 'KQ0003', sides: added() },
  { code: 'KQ0004', sides: added() },
  {
    code: 'KQ0005',
    sides: replaced('{pod-security.kubernetes.io/enforce: restricted}', '{}'),
    options: { context: World.of(complete(RUNNING)) },
  },
  { code: 'KQ0006', sides: replaced('replicas: 8', 'replicas: 4') },
  { code: 'KQ0007', sides: replaced('replicas: 8', 'replicas: 4') },
  { code: 'KQ0008', sides: added() },
  { code: 'KQ0009', sides: added() },
  { code: 'KQ0010', sides: added() },
  { code: 'KQ0011', sides: (example) => ({ before: example, after: join(example, balancer('front'), balancer('side')) }) },
  { code: 'KQ0012', sides: replaced('privileged', 'baseline') },
  { code: 'KQ0013', sides: replaced('replicas: 0', 'replicas: 1') },
  {
    code: 'KQ0014',
    sides: replaced('storage: 20Gi', 'storage: 10Gi', 'kind: StorageClass\nmetadata: {name: fixed}\nprovisioner: example.com/disk'),
  },
  { code: 'KS0001', sides: added(NODE) },
  { code: 'KS0002', sides: replaced('tolerations: []', 'tolerations: [{operator: Exists}]', NODE) },
  { code: 'KS0003', sides: added(join(NODE, FULL)) },
  { code: 'KS0004', sides: added(NODE) },
  { code: 'KS0005', sides: added(NODE) },
  { code: 'KS0006', sides: replaced('pool: large', 'pool: small', join(pool('small'), pool('large'))) },
  { code: 'KS0007', sides: replaced('replicas: 39', 'replicas: 4', NODE) },
  { code: 'KS0008', sides: replaced('"* 2 * * *"', '"0 2 * * *"') },
  { code: 'KS0009', sides: added() },
  { code: 'KU0001', sides: replaced('web:2', 'web:1', NODE) },
  { code: 'KU0002', sides: replaced('web:2', 'web:1', join(NODE, NODE.replace('worker-1', 'worker-2'), DISK, CLAIM)) },
];

testExamples(/^K[QSU]/, cases);
