import { getArray, getBoolean, getObject, getString, toPointer, type JsonObject, type Path } from '../../../std/index.ts';
import { containersOf, type KubernetesObject, type World } from '../../../model/index.ts';

/** How a container gets at its node. */
export interface Escape {
  /** From the Pod's spec. */
  readonly path: Path;
  /** Whether the Pod Security levels baseline and restricted refuse such a Pod. */
  readonly isRefusable: boolean;
  /** The PersistentVolume that holds the folder, where the Pod has it through a claim. */
  readonly volume?: KubernetesObject;
}

/** Capabilities that lead out of a container by themselves. */
const STRONG_CAPABILITIES: ReadonlySet<string> = new Set(['ALL', 'DAC_READ_SEARCH', 'SYS_ADMIN', 'SYS_MODULE']);

/** Folders and sockets of a node that hold keys, or that the node carries out. */
const STRONG_PATHS: readonly string[] = [
  '/etc',
  '/proc',
  '/root',
  '/run/containerd',
  '/run/crio',
  '/run/docker.sock',
  '/var/lib/containerd',
  '/var/lib/docker',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/run/containerd',
  '/var/run/crio',
  '/var/run/docker.sock',
];

/**
 * How a container of a Pod gets at the node it runs on, if one does: privileged, by capabilities, by the node's processes, or
 * by a mounted folder of the node (the container edges of KubeHound).
 */
export function findEscape(spec: JsonObject, namespace: string, world: World): Escape | undefined {
  return findPrivileged(spec) ?? findHostFolder(spec, namespace, world);
}

function findPrivileged(spec: JsonObject): Escape | undefined {
  const seesProcesses = getBoolean(spec, 'hostPID') === true;
  const isHostProcess = (of: JsonObject): boolean => getBoolean(of, 'securityContext', 'windowsOptions', 'hostProcess') === true;
  if (isHostProcess(spec)) return { path: ['securityContext', 'windowsOptions', 'hostProcess'], isRefusable: true };
  for (const { container, path } of containersOf(spec)) {
    if (isHostProcess(container)) return { path: [...path, 'securityContext', 'windowsOptions', 'hostProcess'], isRefusable: true };
    if (getBoolean(container, 'securityContext', 'privileged') === true)
      return { path: [...path, 'securityContext', 'privileged'], isRefusable: true };
    const added = getArray(container, 'securityContext', 'capabilities', 'add').map((item) =>
      typeof item === 'string' ? item.replace(/^CAP_/, '') : '',
    );
    const at = added.findIndex((name) => STRONG_CAPABILITIES.has(name) || (seesProcesses && name === 'SYS_PTRACE'));
    if (at >= 0) return { path: [...path, 'securityContext', 'capabilities', 'add', at], isRefusable: true };
  }
  return undefined;
}

function findHostFolder(spec: JsonObject, namespace: string, world: World): Escape | undefined {
  const mounted = new Set(
    containersOf(spec).flatMap(({ container }) => getArray(container, 'volumeMounts').map((mount) => getString(mount, 'name'))),
  );
  for (const [index, volume] of getArray(spec, 'volumes').entries()) {
    if (!mounted.has(getString(volume, 'name'))) continue;
    const folder = getString(volume, 'hostPath', 'path');
    if (folder !== undefined && isStrongPath(folder)) return { path: ['volumes', index, 'hostPath', 'path'], isRefusable: true };
    const claim = getString(volume, 'persistentVolumeClaim', 'claimName');
    const persistent = claim === undefined ? undefined : findVolume(world, namespace, claim);
    if (persistent !== undefined && isStrongPath(hostFolderOf(persistent) ?? ''))
      return { path: ['volumes', index, 'persistentVolumeClaim'], isRefusable: false, volume: persistent };
  }
  return undefined;
}

/** A volume with the logs of the node that a container may write to: a link there is followed by who serves the logs. */
export function findLogFolder(spec: JsonObject): Path | undefined {
  const writable = new Set(
    containersOf(spec).flatMap(({ container }) =>
      getArray(container, 'volumeMounts').flatMap((mount) => (getBoolean(mount, 'readOnly') === true ? [] : [getString(mount, 'name')])),
    ),
  );
  const index = getArray(spec, 'volumes').findIndex((volume) => {
    const path = normalize(getString(volume, 'hostPath', 'path') ?? '');
    return writable.has(getString(volume, 'name')) && (path === '/var/log' || path.startsWith('/var/log/pods'));
  });
  return index < 0 ? undefined : ['volumes', index, 'hostPath', 'path'];
}

function normalize(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
}

function isStrongPath(text: string): boolean {
  const path = normalize(text);
  if (!path.startsWith('/')) return false;
  if (path === '/') return true;
  return STRONG_PATHS.some((strong) => strong === path || strong.startsWith(`${path}/`) || path.startsWith(`${strong}/`));
}

function findVolume(world: World, namespace: string, name: string): KubernetesObject | undefined {
  const claim = world.get({ group: '', kind: 'PersistentVolumeClaim', namespace, name });
  const volume = claim === undefined ? undefined : getString(claim, 'spec', 'volumeName');
  if (volume !== undefined) return world.get({ group: '', kind: 'PersistentVolume', name: volume });
  return world.kind('', 'PersistentVolume').derive(indexByClaim).get(`${namespace}/${name}`);
}

function indexByClaim(volumes: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> {
  const byClaim = new Map<string, KubernetesObject>();
  for (const volume of volumes) {
    const claim = getObject(volume, 'spec', 'claimRef');
    if (claim === undefined) continue;
    const key = `${getString(claim, 'namespace') ?? ''}/${getString(claim, 'name') ?? ''}`;
    if (!byClaim.has(key)) byClaim.set(key, volume);
  }
  return byClaim;
}

function hostFolderOf(volume: KubernetesObject): string | undefined {
  return getString(volume, 'spec', 'hostPath', 'path') ?? getString(volume, 'spec', 'local', 'path');
}

/** A path within a Pod's spec as a JSON pointer of the object that holds the template. */
export function toTemplatePointer(template: Path, path: Path): string {
  return toPointer([...template, 'spec', ...path]);
}
