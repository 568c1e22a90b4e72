import { getArray, getObject, getString, quoteGo, type JsonValue } from '../../std/index.ts';
import { nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { decide } from './authorize.ts';
import type { NodeWrite, Restriction } from './node-restriction.ts';

/** What NodeRestriction says of a token that a node asks for: bound to a Pod on it, and for an audience that the Pod has. */
export function restrictToken(asked: NodeWrite): Restriction {
  const { world, node, write } = asked;
  const { operation, subresource, namespace, object } = write;
  if (operation !== 'create' || subresource !== 'token' || object === undefined) return undefined;
  const text = (field: string): string => getString(object, 'spec', 'boundObjectRef', field) ?? '';
  if (text('apiVersion') !== 'v1' || text('kind') !== 'Pod' || text('name') === '')
    return { forbidden: 'node requested token not bound to a pod' };
  if (text('uid') === '') return { forbidden: 'node requested token with a pod binding without a uid' };
  const pod = world.get({ group: '', kind: 'Pod', namespace, name: text('name') });
  if (pod === undefined) return { error: `pod ${quoteGo(text('name'))} not found` };
  if (text('uid') !== getString(pod.metadata, 'uid')) {
    const match = `the UID in the bound object reference (${text('uid')}) does not match the UID in record`;
    return { forbidden: `${match}. The object might have been deleted and then recreated` };
  }
  if (getString(pod, 'spec', 'nodeName') !== node)
    return { forbidden: 'node requested token bound to a pod scheduled on a different node' };
  return restrictAudience(asked, pod, getArray(object, 'spec', 'audiences'));
}

function restrictAudience(
  { world, write: { user, namespace, name } }: NodeWrite,
  pod: KubernetesObject,
  audiences: readonly JsonValue[],
): Restriction {
  if (audiences.length > 1) return { forbidden: 'node may only request 0 or 1 audiences' };
  const audience = typeof audiences[0] === 'string' ? audiences[0] : '';
  const found = findAudience(world, pod, namespace, audience);
  if (found === true) return undefined;
  if (found !== false) return { forbidden: `error validating audience ${quoteGo(audience)}: ${found}` };
  const verb = 'request-serviceaccounts-token-audience';
  if (decide(world, { kind: 'resource', user, verb, group: '', resource: audience, subresource: '', namespace, name }).allowed)
    return undefined;
  const lacking = `${user.name} is not authorized to request tokens for this audience`;
  return { forbidden: `audience ${quoteGo(audience)} not found in pod spec volume, ${lacking}` };
}

/** Whether a volume of a Pod is for an audience, by itself or by its CSI driver; or what could not be looked up, in the server's words. */
function findAudience(world: World, pod: KubernetesObject, namespace: string, audience: string): boolean | string {
  const missing = new Set<string>();
  for (const volume of getArray(pod, 'spec', 'volumes')) {
    const isProjected = getArray(volume, 'projected', 'sources').some((source) => {
      const token = getObject(source, 'serviceAccountToken');
      return token !== undefined && (getString(token, 'audience') ?? '') === audience;
    });
    if (isProjected) return true;
    const driver = findDriver(world, volume, { namespace, pod: nameOf(pod) });
    if (typeof driver === 'object') missing.add(driver.missing);
    if (typeof driver === 'object' || driver === '') continue;
    const known = world.get({ group: 'storage.k8s.io', kind: 'CSIDriver', name: driver });
    if (known === undefined) missing.add(`csidriver.storage.k8s.io ${quoteGo(driver)} not found`);
    else if (getArray(known, 'spec', 'tokenRequests').some((item) => (getString(item, 'audience') ?? '') === audience)) return true;
  }
  const said = [...missing];
  return said.length === 0 ? false : said.length === 1 ? (said[0] ?? '') : `[${said.join(', ')}]`;
}

/** The drivers that the kinds of volumes that were part of Kubernetes have moved to (`csi-translation-lib`). */
const MIGRATED: Readonly<Record<string, string>> = {
  awsElasticBlockStore: 'ebs.csi.aws.com',
  azureDisk: 'disk.csi.azure.com',
  azureFile: 'file.csi.azure.com',
  cinder: 'cinder.csi.openstack.org',
  gcePersistentDisk: 'pd.csi.storage.gke.io',
  portworxVolume: 'pxd.portworx.com',
  vsphereVolume: 'csi.vsphere.vmware.com',
};

function findDriver(
  world: World,
  volume: JsonValue,
  of: { readonly namespace: string; readonly pod: string },
): string | { readonly missing: string } {
  const { namespace } = of;
  if (getObject(volume, 'ephemeral', 'volumeClaimTemplate') !== undefined)
    return findDriverOfClaim(world, namespace, `${of.pod}-${getString(volume, 'name') ?? ''}`);
  const claim = getObject(volume, 'persistentVolumeClaim');
  if (claim !== undefined) return findDriverOfClaim(world, namespace, getString(claim, 'claimName') ?? '');
  return getString(volume, 'csi', 'driver') ?? findMigrated(volume);
}

function findDriverOfClaim(world: World, namespace: string, name: string): string | { readonly missing: string } {
  const claim = world.get({ group: '', kind: 'PersistentVolumeClaim', namespace, name });
  if (claim === undefined) return { missing: `persistentvolumeclaim ${quoteGo(name)} not found` };
  const bound = getString(claim, 'spec', 'volumeName') ?? '';
  const volume = world.get({ group: '', kind: 'PersistentVolume', name: bound });
  if (volume === undefined) return { missing: `persistentvolume ${quoteGo(bound)} not found` };
  return getString(volume, 'spec', 'csi', 'driver') ?? findMigrated(getObject(volume, 'spec') ?? {});
}

function findMigrated(holder: JsonValue): string {
  return Object.entries(MIGRATED).find(([source]) => getObject(holder, source) !== undefined)?.[1] ?? '';
}
