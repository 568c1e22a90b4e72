import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import type { Cluster, StatusError, WatchEvent, WriteResult } from '../src/cluster/index.ts';
import { nameOf, type KubernetesObject } from '../src/model/index.ts';
import { getArray, getNumber, getString } from '../src/std/index.ts';

/** A cluster to be tested, and how to let it work: its controllers run, or some time passes. */
export interface ClusterUnderTest {
  readonly cluster: Cluster;
  settle(): Promise<void>;
  close(): Promise<void>;
}

const BY = { fieldManager: 'contract' };
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };
const SECRET = { group: '', version: 'v1', kind: 'Secret' };
const NAMESPACE = { group: '', version: 'v1', kind: 'Namespace' };
let counter = 0;

function uniqueName(prefix: string): string {
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${++counter}`;
}

/** A ConfigMap for tests. */
export function configMap(
  namespace: string,
  name: string,
  fields: { readonly data?: Record<string, string>; readonly labels?: Record<string, string> } = {},
): KubernetesObject {
  const labels = fields.labels === undefined ? {} : { labels: fields.labels };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, ...labels }, data: fields.data ?? { key: 'value' } };
}

function secret(namespace: string, name: string, type: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type };
}

export function namespaceObject(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

export function deployment(namespace: string, name: string, replicas: number): KubernetesObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'registry.example/app:1' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: { replicas, selector: { matchLabels: labels }, template },
  };
}

/** The object of a write that must have been done. */
export function stored(result: WriteResult): KubernetesObject {
  if (result.kind === 'ok') return result.object;
  throw new Error(`refused: ${result.reason} (${result.code}): ${result.message}`);
}

function refusal(result: WriteResult): StatusError {
  if (result.kind === 'error') return result;
  throw new Error(`was to be refused, but was ${result.operation}`);
}

function versionOf(object: KubernetesObject | undefined): string {
  return getString(object, 'metadata', 'resourceVersion') ?? '';
}

async function eventually<T>(subject: ClusterUnderTest, what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const found = await look();
    if (found !== undefined) return found;
    await subject.settle();
  }
  throw new Error(`did not happen: ${what}`);
}

/** What every cluster answers to reads. `open` is given objects that must exist. */
export function testClusterReads(name: string, open: (objects: readonly KubernetesObject[]) => Promise<ClusterUnderTest>): void {
  describe(`${name} reads as the Cluster port promises`, () => {
    const [first, second] = [uniqueName('reads-a'), uniqueName('reads-b')];
    const maps = ['five', 'four', 'one', 'three', 'two'].map((item, index) =>
      configMap(first, item, { labels: { app: 'web', index: String(index) } }),
    );
    let subject: ClusterUnderTest;
    before(async () => {
      subject = await open([
        namespaceObject(first),
        namespaceObject(second),
        ...maps,
        configMap(second, 'other', { labels: { app: 'db' } }),
        secret(first, 'plain', 'Opaque'),
        secret(first, 'release', 'helm.sh/release.v1'),
      ]);
    });
    after(() => subject.close());
    const names = async (query: Parameters<Cluster['list']>[1]): Promise<string[]> =>
      (await subject.cluster.list(CONFIG_MAP, query)).items.filter((item) => nameOf(item) !== 'kube-root-ca.crt').map(nameOf);

    test('gets an object whole, and undefined for one that is not there', async () => {
      const found = await subject.cluster.get({ ...CONFIG_MAP, namespace: first, name: 'one' });
      assert.deepEqual(found?.['data'], { key: 'value' });
      assert.equal(found?.kind, 'ConfigMap');
      assert.equal(await subject.cluster.get({ ...CONFIG_MAP, namespace: first, name: 'none' }), undefined);
      assert.equal(await subject.cluster.get({ ...CONFIG_MAP, namespace: 'none', name: 'one' }), undefined);
      assert.equal(
        await subject.cluster.get({ group: 'none.example', version: 'v1', kind: 'None', namespace: first, name: 'one' }),
        undefined,
      );
    });

    test('lists one namespace by name', async () => {
      assert.deepEqual(await names({ namespace: first }), ['five', 'four', 'one', 'three', 'two']);
      assert.deepEqual(await names({ namespace: second }), ['other']);
    });

    for (const [selector, want] of [
      ['app=web,index in (0,2)', ['five', 'one']],
      ['index!=0,index', ['four', 'one', 'three', 'two']],
      ['!index', []],
      ['index notin (0,1,2,3)', ['two']],
      ['app==web,index>2', ['three', 'two']],
    ] as const) {
      test(`selects by labels: ${selector}`, async () => {
        assert.deepEqual(await names({ namespace: first, labelSelector: selector }), want);
      });
    }

    for (const [selector, want] of [
      ['metadata.name=one', ['one']],
      [`metadata.name!=one,metadata.namespace=${second}`, ['other']],
      [`metadata.namespace=${first},metadata.name!=one,metadata.name!=two`, ['five', 'four', 'three']],
    ] as const) {
      test(`selects by fields: ${selector.replaceAll(/=reads-\w-[\w-]+/g, '=NAMESPACE')}`, async () => {
        assert.deepEqual(
          (await names({ fieldSelector: selector })).filter((name) =>
            [...want, 'five', 'four', 'three', 'two', 'one', 'other'].includes(name),
          ),
          want,
        );
      });
    }

    test('selects Secrets by type, and refuses a field that no server selects by', async () => {
      const list = async (fieldSelector: string): Promise<readonly string[]> =>
        (await subject.cluster.list(SECRET, { namespace: first, fieldSelector })).items.map(nameOf);
      assert.deepEqual(await list('type!=helm.sh/release.v1'), ['plain']);
      assert.deepEqual(await list('type=helm.sh/release.v1'), ['release']);
      await assert.rejects(async () => list('data.key=x'), { name: 'KplanError' });
      await assert.rejects(async () => list('type'), { name: 'KplanError' });
    });

    test('lists in pages of one moment', async () => {
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const page = await subject.cluster.list(CONFIG_MAP, {
          namespace: first,
          limit: 2,
          ...(token === undefined ? {} : { continue: token }),
        });
        assert.ok(page.items.length <= 2);
        seen.push(...page.items.map(nameOf));
        token = page.continue;
      } while (token !== undefined);
      assert.deepEqual(
        seen.filter((item) => item !== 'kube-root-ca.crt'),
        ['five', 'four', 'one', 'three', 'two'],
      );
    });

    test('says which resources it serves', async () => {
      const types = await subject.cluster.resources();
      const found = types.find((type) => type.group === 'apps' && type.version === 'v1' && type.kind === 'Deployment');
      assert.equal(found?.plural, 'deployments');
      assert.equal(found?.namespaced, true);
      assert.ok(found?.subresources.includes('status'));
    });

    test('says who it is', async () => {
      const identity = await subject.cluster.identity();
      assert.match(identity.kubernetesVersion, /^1\.\d+$/);
      assert.notEqual(identity.description, '');
    });

    test('cannot list what it does not serve', async () => {
      await assert.rejects(async () => subject.cluster.list({ group: 'none.example', version: 'v1', kind: 'None' }), {
        name: 'KplanError',
      });
    });

    test('refuses a malformed selector', async () => {
      await assert.rejects(async () => subject.cluster.list(CONFIG_MAP, { labelSelector: 'a in b' }), { name: 'KplanError' });
    });
  });
}

/** What every cluster that can be written to does: reads, writes and watches, in the API server's words. */
export function testCluster(name: string, open: () => Promise<ClusterUnderTest>): void {
  testClusterReads(name, async (objects) => {
    const subject = await open();
    for (const object of objects) stored(await subject.cluster.create(object, BY));
    return subject;
  });
  describe(`${name} writes as the Cluster port promises`, () => {
    let subject: ClusterUnderTest;
    let cluster: Cluster;
    const space = uniqueName('contract');
    before(async () => {
      subject = await open();
      cluster = subject.cluster;
      stored(await cluster.create(namespaceObject(space), BY));
      await eventually(subject, 'the default ServiceAccount', () =>
        cluster.get({ group: '', version: 'v1', kind: 'ServiceAccount', namespace: space, name: 'default' }),
      );
    });
    after(() => subject.close());
    const make = async (): Promise<KubernetesObject> => stored(await cluster.create(configMap(space, uniqueName('map')), BY));

    test('a created object has its system metadata', async () => {
      const object = await make();
      assert.match(getString(object.metadata, 'uid') ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.match(getString(object.metadata, 'creationTimestamp') ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.notEqual(versionOf(object), '');
      assert.equal(getString(object, 'metadata', 'managedFields', 0, 'manager'), 'contract');
      assert.equal(getString(object, 'metadata', 'managedFields', 0, 'operation'), 'Update');
    });

    test('a name is created once', async () => {
      const object = await make();
      const error = refusal(await cluster.create(configMap(space, nameOf(object)), BY));
      assert.deepEqual([error.code, error.reason], [409, 'AlreadyExists']);
      assert.equal(error.message, `configmaps "${nameOf(object)}" already exists`);
    });

    test('a namespace must be there', async () => {
      const error = refusal(await cluster.create(configMap('nowhere', 'map'), BY));
      assert.deepEqual([error.code, error.reason, error.message], [404, 'NotFound', 'namespaces "nowhere" not found']);
    });

    test('an unknown kind is not found', async () => {
      const error = refusal(
        await cluster.create({ apiVersion: 'none.example/v1', kind: 'None', metadata: { name: 'a', namespace: space } }, BY),
      );
      assert.deepEqual([error.code, error.reason], [404, 'NotFound']);
    });

    test('generateName makes a new name each time', async () => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: space, generateName: 'made-' } };
      const names = [nameOf(stored(await cluster.create(object, BY))), nameOf(stored(await cluster.create(object, BY)))];
      for (const made of names) assert.match(made, /^made-[a-z0-9]{5}$/);
      assert.notEqual(names[0], names[1]);
    });

    test('a malformed name is invalid', async () => {
      const error = refusal(await cluster.create(configMap(space, 'Not_A_Name'), BY));
      assert.deepEqual([error.code, error.reason], [422, 'Invalid']);
      assert.match(
        error.message,
        /^ConfigMap "Not_A_Name" is invalid: metadata\.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain/,
      );
      assert.equal(error.causes?.[0]?.field, 'metadata.name');
    });

    test('an update replaces, and needs the resourceVersion that it names', async () => {
      const object = await make();
      const updated = stored(await cluster.update({ ...object, data: { other: 'x' } }, BY));
      assert.deepEqual(updated['data'], { other: 'x' });
      assert.notEqual(versionOf(updated), versionOf(object));
      const error = refusal(await cluster.update({ ...object, data: { key: 'late' } }, BY));
      assert.deepEqual([error.code, error.reason], [409, 'Conflict']);
      assert.equal(
        error.message,
        `Operation cannot be fulfilled on configmaps "${nameOf(object)}": the object has been modified; please apply your changes to the latest version and try again`,
      );
    });

    test('an update of what is not there is not found', async () => {
      const error = refusal(await cluster.update(configMap(space, 'absent'), BY));
      assert.deepEqual([error.code, error.reason, error.message], [404, 'NotFound', 'configmaps "absent" not found']);
    });

    test('a write that changes nothing keeps the resourceVersion', async () => {
      const object = await make();
      const again = await cluster.update(object, BY);
      assert.equal(versionOf(stored(again)), versionOf(object));
    });

    test('a dry run answers as a write would, and writes nothing', async () => {
      const name = uniqueName('dry');
      assert.equal(nameOf(stored(await cluster.create(configMap(space, name), { ...BY, dryRun: true }))), name);
      assert.equal(await cluster.get({ ...CONFIG_MAP, namespace: space, name }), undefined);
      const object = await make();
      stored(await cluster.delete({ ...CONFIG_MAP, namespace: space, name: nameOf(object) }, { dryRun: true }));
      assert.equal(versionOf(await cluster.get({ ...CONFIG_MAP, namespace: space, name: nameOf(object) })), versionOf(object));
    });

    test('generation counts changes of the spec, not of metadata or status', async () => {
      const name = uniqueName('web');
      const created = stored(await cluster.create(deployment(space, name, 0), BY));
      assert.equal(getNumber(created.metadata, 'generation'), 1);
      const labelled = stored(
        await cluster.apply(
          { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: space, name, labels: { a: 'b' } } },
          { fieldManager: 'labels' },
        ),
      );
      assert.equal(getNumber(labelled.metadata, 'generation'), 1);
      const scaled = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: space, name }, spec: { minReadySeconds: 3 } };
      const applied = stored(await cluster.apply(scaled, { fieldManager: 'scale' }));
      assert.equal(getNumber(applied.metadata, 'generation'), 2);
    });

    test('a main update leaves the status alone, and a status update the spec', async () => {
      const name = uniqueName('claim');
      const budget = {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { namespace: space, name },
        spec: { maxUnavailable: 1, selector: { matchLabels: { none: name } } },
      };
      const created = stored(await cluster.create({ ...budget, status: { disruptionsAllowed: 7 } }, BY));
      assert.notEqual(getNumber(created, 'status', 'disruptionsAllowed'), 7);
      const status = { disruptionsAllowed: 5, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
      const { resourceVersion: _, ...metadata } = created.metadata;
      const error = refusal(await cluster.updateStatus({ ...created, metadata, status }, BY));
      assert.equal(
        error.message,
        `poddisruptionbudgets.policy "${name}" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`,
      );
      // The controller of budgets writes the status too.
      const changed = await eventually(subject, 'the status is written', async () => {
        const live =
          (await cluster.get({ group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', namespace: space, name })) ?? created;
        const result = await cluster.updateStatus({ ...live, spec: { maxUnavailable: 9 }, status }, BY);
        return result.kind === 'error' && result.code === 409 ? undefined : stored(result);
      });
      assert.equal(getNumber(changed, 'status', 'disruptionsAllowed'), 5);
      assert.equal(getNumber(changed, 'spec', 'maxUnavailable'), 1);
      assert.equal(getNumber(changed.metadata, 'generation'), 1);
    });

    test('apply creates, merges by field ownership and drops what is no longer applied', async () => {
      const name = uniqueName('applied');
      const one = await cluster.apply(configMap(space, name, { data: { a: '1', b: '2' } }), { fieldManager: 'one' });
      assert.equal(one.kind === 'ok' ? one.operation : '', 'created');
      stored(await cluster.apply(configMap(space, name, { data: { c: '3' } }), { fieldManager: 'two' }));
      const merged = stored(await cluster.apply(configMap(space, name, { data: { a: '1' } }), { fieldManager: 'one' }));
      assert.deepEqual(merged['data'], { a: '1', c: '3' });
    });

    test('apply refuses fields of another manager, names them, and takes them by force', async () => {
      const name = uniqueName('contested');
      stored(await cluster.apply(configMap(space, name, { data: { a: '1' } }), { fieldManager: 'one' }));
      const error = refusal(await cluster.apply(configMap(space, name, { data: { a: '2' } }), { fieldManager: 'two' }));
      assert.deepEqual([error.code, error.reason], [409, 'Conflict']);
      assert.equal(error.message, 'Apply failed with 1 conflict: conflict with "one": .data.a');
      assert.deepEqual(error.causes, [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' }]);
      const taken = stored(await cluster.apply(configMap(space, name, { data: { a: '2' } }), { fieldManager: 'two', force: true }));
      assert.deepEqual(taken['data'], { a: '2' });
    });

    test('an apply that changes nothing keeps the resourceVersion', async () => {
      const name = uniqueName('again');
      const first = stored(await cluster.apply(deployment(space, name, 0), BY));
      const again = stored(await cluster.apply(deployment(space, name, 0), BY));
      assert.equal(getNumber(again.metadata, 'generation'), getNumber(first.metadata, 'generation'));
      assert.deepEqual(again['spec'], first['spec']);
    });

    test('stringData becomes data', async () => {
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace: space, name: uniqueName('secret') },
        stringData: { user: 'me' },
      };
      const created = stored(await cluster.create(secret, BY));
      assert.deepEqual([created['data'], created['stringData'], created['type']], [{ user: 'bWU=' }, undefined, 'Opaque']);
    });

    test('a service has an address of its own, for good', async () => {
      const service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace: space, name: uniqueName('svc') },
        spec: { ports: [{ port: 80 }] },
      };
      const created = stored(await cluster.create(service, BY));
      const address = getString(created, 'spec', 'clusterIP') ?? '';
      assert.match(address, /^10\.96\.\d+\.\d+$/);
      assert.deepEqual(getArray(created, 'spec', 'clusterIPs'), [address]);
      const updated = stored(await cluster.update({ ...service, spec: { type: 'NodePort', ports: [{ port: 80 }] } }, BY));
      assert.equal(getString(updated, 'spec', 'clusterIP'), address);
      const port = getNumber(updated, 'spec', 'ports', 0, 'nodePort') ?? 0;
      assert.ok(port >= 30_000 && port < 32_768);
      const twin = {
        ...service,
        metadata: { namespace: space, name: uniqueName('svc') },
        spec: { clusterIP: address, ports: [{ port: 80 }] },
      };
      const error = refusal(await cluster.create(twin, BY));
      assert.deepEqual([error.code, error.reason], [422, 'Invalid']);
      assert.match(error.message, /failed to allocate IP .*: provided IP is already allocated$/);
    });

    test('a delete holds its preconditions', async () => {
      const object = await make();
      const ref = { ...CONFIG_MAP, namespace: space, name: nameOf(object) };
      const error = refusal(await cluster.delete(ref, { uid: '00000000-0000-4000-8000-000000000000' }));
      assert.deepEqual([error.code, error.reason], [409, 'Conflict']);
      assert.match(error.message, /the UID in the precondition \(00000000-0000-4000-8000-000000000000\) does not match the UID in record/);
      assert.equal(refusal(await cluster.delete(ref, { resourceVersion: '1' })).code, 409);
      stored(await cluster.delete(ref, { uid: getString(object.metadata, 'uid') ?? '', resourceVersion: versionOf(object) }));
      assert.equal(await cluster.get(ref), undefined);
      assert.equal(refusal(await cluster.delete(ref)).reason, 'NotFound');
    });

    test('finalizers hold an object back, and none can be added then', async () => {
      const name = uniqueName('held');
      const object = configMap(space, name);
      const ref = { ...CONFIG_MAP, namespace: space, name };
      stored(await cluster.create({ ...object, metadata: { ...object.metadata, finalizers: ['kplan.dev/test'] } }, BY));
      stored(await cluster.delete(ref));
      const held = await cluster.get(ref);
      assert.ok(held !== undefined && getString(held.metadata, 'deletionTimestamp') !== undefined);
      const error = refusal(
        await cluster.update({ ...held, metadata: { ...held.metadata, finalizers: ['kplan.dev/test', 'kplan.dev/more'] } }, BY),
      );
      assert.equal(error.code, 422);
      assert.match(
        error.message,
        /metadata\.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers \[\]string\{"kplan\.dev\/more"\}$/,
      );
      const { finalizers: _, ...metadata } = held.metadata;
      stored(await cluster.update({ ...held, metadata }, BY));
      assert.equal(await cluster.get(ref), undefined);
    });

    test('dependents go with their owner, and stay as orphans', async () => {
      for (const propagation of ['Background', 'Foreground', 'Orphan'] as const) {
        const owner = await make();
        const child = configMap(space, uniqueName('child'));
        const reference = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name: nameOf(owner),
          uid: getString(owner.metadata, 'uid') ?? '',
          blockOwnerDeletion: true,
        };
        stored(await cluster.create({ ...child, metadata: { ...child.metadata, ownerReferences: [reference] } }, BY));
        stored(await cluster.delete({ ...CONFIG_MAP, namespace: space, name: nameOf(owner) }, { propagation }));
        const [ownerRef, childRef] = [nameOf(owner), nameOf(child)].map((name) => ({ ...CONFIG_MAP, namespace: space, name }));
        assert.ok(ownerRef !== undefined && childRef !== undefined);
        await eventually(subject, `${propagation}: the owner is gone`, async () =>
          (await cluster.get(ownerRef)) === undefined ? true : undefined,
        );
        if (propagation === 'Orphan') assert.deepEqual(getArray((await cluster.get(childRef))?.metadata, 'ownerReferences'), []);
        else
          await eventually(subject, `${propagation}: the child is gone`, async () =>
            (await cluster.get(childRef)) === undefined ? true : undefined,
          );
      }
    });

    test('a namespace goes with all that is in it, and takes nothing new meanwhile', async () => {
      const name = uniqueName('going');
      const held = configMap(name, 'held');
      stored(await cluster.create(namespaceObject(name), BY));
      stored(await cluster.create({ ...held, metadata: { ...held.metadata, finalizers: ['kplan.dev/test'] } }, BY));
      stored(await cluster.delete({ ...NAMESPACE, name }));
      assert.equal(getString(await cluster.get({ ...NAMESPACE, name }), 'status', 'phase'), 'Terminating');
      const error = refusal(await cluster.create(configMap(name, 'late'), BY));
      assert.deepEqual([error.code, error.reason], [403, 'Forbidden']);
      assert.equal(
        error.message,
        `configmaps "late" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
      );
      const marked = await eventually(subject, 'its contents are being deleted', async () => {
        const found = await cluster.get({ ...CONFIG_MAP, namespace: name, name: 'held' });
        return found?.metadata['deletionTimestamp'] === undefined ? undefined : found;
      });
      const { finalizers: _, resourceVersion: __, ...metadata } = marked.metadata;
      stored(await cluster.update({ ...marked, metadata }, BY));
      await eventually(subject, 'the namespace is gone', async () =>
        (await cluster.get({ ...NAMESPACE, name })) === undefined ? true : undefined,
      );
    });

    test('a watch tells what happens after a resourceVersion, in order', async () => {
      const name = uniqueName('watched');
      const ref = { ...CONFIG_MAP, namespace: space, name };
      const { resourceVersion } = await cluster.list(CONFIG_MAP, { namespace: space });
      const stop = new AbortController();
      const seen: WatchEvent[] = [];
      const watching = (async () => {
        for await (const event of cluster.watch(CONFIG_MAP, { resourceVersion, namespace: space, signal: stop.signal })) {
          if (event.type === 'bookmark' || event.type === 'expired' || nameOf(event.object) !== name) continue;
          seen.push(event);
          if (event.type === 'deleted') return;
        }
      })();
      const created = stored(await cluster.create(configMap(space, name), BY));
      stored(await cluster.update({ ...created, data: { key: 'new' } }, BY));
      stored(await cluster.delete(ref));
      await watching;
      stop.abort();
      assert.deepEqual(
        seen.map((event) => event.type),
        ['added', 'modified', 'deleted'],
      );
    });

    test('a watch ends when its signal aborts', async () => {
      const { resourceVersion } = await cluster.list(CONFIG_MAP, { namespace: space });
      const stop = new AbortController();
      const watching = (async () => {
        for await (const event of cluster.watch(CONFIG_MAP, { resourceVersion, namespace: space, signal: stop.signal }))
          assert.notEqual(event.type, 'expired');
      })();
      stop.abort();
      await watching;
    });

    test('a defined kind is served, validated, pruned and defaulted, and goes with its definition', async () => {
      const group = `${uniqueName('contract')}.example`;
      const definition = widgetDefinition(group);
      const ref = { group, version: 'v1', kind: 'Widget', namespace: space, name: 'one' };
      const widget = {
        apiVersion: `${group}/v1`,
        kind: 'Widget',
        metadata: { namespace: space, name: 'one' },
        spec: { size: 2, unknown: true },
      };
      stored(await cluster.create(definition, BY));
      const definitionRef = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', name: nameOf(definition) };
      await eventually(subject, 'the kind is served', async () =>
        (await cluster.resources()).some((type) => type.group === group) ? true : undefined,
      );
      const created = await eventually(subject, 'a resource can be made', async () => {
        const result = await cluster.create(widget, BY);
        return result.kind === 'error' && result.code === 404 ? undefined : stored(result);
      });
      assert.deepEqual(created['spec'], { size: 2, colour: 'red' });
      assert.equal(getNumber(created.metadata, 'generation'), 1);
      const error = refusal(await cluster.create({ ...widget, metadata: { namespace: space, name: 'two' }, spec: { size: 'big' } }, BY));
      assert.deepEqual([error.code, error.reason], [422, 'Invalid']);
      assert.match(
        error.message,
        /^Widget\..* "two" is invalid: .*spec\.size: Invalid value: "string": spec\.size in body must be of type integer: "string"/,
      );
      stored(await cluster.delete(definitionRef));
      await eventually(subject, 'the definition is gone', async () =>
        (await cluster.get(definitionRef)) === undefined ? true : undefined,
      );
      assert.equal(await cluster.get(ref), undefined);
    });

    test('a closed cluster ends its watches', async () => {
      const own = await open();
      const { resourceVersion } = await own.cluster.list(NAMESPACE);
      const watching = (async () => {
        for await (const event of own.cluster.watch(NAMESPACE, { resourceVersion })) if (event.type === 'expired') return;
      })();
      await own.close();
      await watching;
    });
  });
}

function widgetDefinition(group: string): KubernetesObject {
  const spec = { type: 'object', properties: { size: { type: 'integer' }, colour: { type: 'string', default: 'red' } } };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}
