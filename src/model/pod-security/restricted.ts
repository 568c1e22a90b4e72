import { getArray, getBoolean, getNumber, getObject, getString, isObject, sortedUnique, type Path } from '../../std/index.ts';
import { listAdded, listSeccompFaults } from './baseline.ts';
import {
  listContainers,
  nameContainers,
  nameSetters,
  pickOfContainers,
  plural,
  podContextOf,
  quoteAll,
  type CheckPod,
} from './violation.ts';

const CONTEXT = 'securityContext';
const NOWHERE: Path = [];

/** Processes that may get more rights than their parent. */
export const checkPrivilegeEscalation: CheckPod = (pod) => {
  const bad = pickOfContainers(listContainers(pod), (container) => {
    const value = getBoolean(container, CONTEXT, 'allowPrivilegeEscalation');
    if (value === false) return [];
    return [{ path: value === undefined ? NOWHERE : [CONTEXT, 'allowPrivilegeEscalation'], value: true }];
  });
  if (bad.names.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${nameContainers(bad.names)} must set securityContext.allowPrivilegeEscalation=false`,
    paths: bad.paths,
  };
};

/** Capabilities that are not all dropped, or added beside the one for low ports. */
export const checkFewCapabilities: CheckPod = (pod) => {
  const containers = listContainers(pod);
  const kept = pickOfContainers(containers, (container) => {
    const dropped = getArray(container, CONTEXT, 'capabilities', 'drop');
    const isPlaced = getObject(container, CONTEXT, 'capabilities') !== undefined;
    return dropped.includes('ALL') ? [] : [{ path: isPlaced ? [CONTEXT, 'capabilities'] : NOWHERE, value: true }];
  });
  const added = pickOfContainers(containers, (container) => listAdded(container).filter(({ value }) => value !== 'NET_BIND_SERVICE'));
  const values = quoteAll(sortedUnique(added.values));
  const details = [
    ...(kept.names.length === 0 ? [] : [`${nameContainers(kept.names)} must set securityContext.capabilities.drop=["ALL"]`]),
    ...(added.names.length === 0 ? [] : [`${nameContainers(added.names)} must not include ${values} in securityContext.capabilities.add`]),
  ];
  if (details.length === 0) return undefined;
  return { reason: 'unrestricted capabilities', detail: details.join('; '), paths: [...added.paths, ...kept.paths] };
};

const FREE_VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];
const OTHER_VOLUMES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

/** Volumes that are not of the kinds that need no trust. */
export const checkVolumes: CheckPod = ({ spec }) => {
  const bad = getArray(spec, 'volumes').flatMap((volume, index) => {
    if (!isObject(volume) || FREE_VOLUMES.some((kind) => isObject(volume[kind]))) return [];
    const kind = OTHER_VOLUMES.find((name) => isObject(volume[name]));
    const path: Path = ['spec', 'volumes', index, ...(kind === undefined ? [] : [kind])];
    return [{ name: getString(volume, 'name') ?? '', kind: kind ?? 'unknown', path }];
  });
  if (bad.length === 0) return undefined;
  const kinds = sortedUnique(bad.map(({ kind }) => kind));
  const volumes = `${plural('volume', 'volumes', bad.length)} ${quoteAll(bad.map(({ name }) => name))}`;
  const words = `${plural('uses', 'use', bad.length)} ${plural('restricted volume type', 'restricted volume types', kinds.length)}`;
  return { reason: 'restricted volume types', detail: `${volumes} ${words} ${quoteAll(kinds)}`, paths: bad.map(({ path }) => path) };
};

/** Processes that may run as root. */
export const checkNonRoot: CheckPod = (pod) => {
  const { context, path } = podContextOf(pod);
  const whole = getBoolean(context, 'runAsNonRoot');
  const containers = listContainers(pod);
  const explicit = pickOfContainers(containers, (container) =>
    getBoolean(container, CONTEXT, 'runAsNonRoot') === false ? [{ path: [CONTEXT, 'runAsNonRoot'], value: true }] : [],
  );
  const setters = nameSetters(whole === false, explicit.names);
  const reason = 'runAsNonRoot != true';
  if (setters !== '') {
    const detail = `${setters} must not set securityContext.runAsNonRoot=false`;
    return { reason, detail, paths: [...(whole === false ? [[...path, 'runAsNonRoot']] : []), ...explicit.paths] };
  }
  const silent = pickOfContainers(containers, (container) =>
    whole !== true && getBoolean(container, CONTEXT, 'runAsNonRoot') === undefined ? [{ path: NOWHERE, value: true }] : [],
  );
  if (silent.names.length === 0) return undefined;
  return { reason, detail: `pod or ${nameContainers(silent.names)} must set securityContext.runAsNonRoot=true`, paths: silent.paths };
};

/** Processes that run as the user 0. */
export const checkUser: CheckPod = (pod) => {
  const { context, path } = podContextOf(pod);
  const isRoot = getNumber(context, 'runAsUser') === 0;
  const bad = pickOfContainers(listContainers(pod), (container) =>
    getNumber(container, CONTEXT, 'runAsUser') === 0 ? [{ path: [CONTEXT, 'runAsUser'], value: 0 }] : [],
  );
  const setters = nameSetters(isRoot, bad.names);
  if (setters === '') return undefined;
  return {
    reason: 'runAsUser=0',
    detail: `${setters} must not set runAsUser=0`,
    paths: [...(isRoot ? [[...path, 'runAsUser']] : []), ...bad.paths],
  };
};

/** Containers without a profile of seccomp, or with another than the runtime's or the node's own. */
export const checkSeccompSet: CheckPod = (pod) => {
  const { context, path } = podContextOf(pod);
  const own = listSeccompFaults(context);
  const containers = listContainers(pod);
  const explicit = pickOfContainers(containers, (container) =>
    listSeccompFaults(getObject(container, CONTEXT)).map((item) => ({ path: [CONTEXT, ...item.path], value: item.value })),
  );
  const setters = nameSetters(own.length > 0, explicit.names);
  const reason = 'seccompProfile';
  if (setters !== '') {
    const values = quoteAll(sortedUnique([...own.map(({ value }) => value), ...explicit.values]));
    const paths = [...own.map((item) => [...path, ...item.path]), ...explicit.paths];
    return { reason, detail: `${setters} must not set securityContext.seccompProfile.type to ${values}`, paths };
  }
  const isPodSet = getObject(context, 'seccompProfile') !== undefined;
  const silent = pickOfContainers(containers, (container) =>
    !isPodSet && getObject(container, CONTEXT, 'seccompProfile') === undefined ? [{ path: NOWHERE, value: true }] : [],
  );
  if (silent.names.length === 0) return undefined;
  const detail = `pod or ${nameContainers(silent.names)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason, detail, paths: silent.paths };
};
