import {
  getArray,
  getAt,
  getBoolean,
  getNumber,
  getObject,
  getString,
  isObject,
  quoteGo,
  sortedUnique,
  type JsonObject,
  type Path,
} from '../../std/index.ts';
import {
  listContainers,
  nameContainers,
  nameSetters,
  pickOfContainers,
  plural,
  podContextOf,
  quoteAll,
  type CheckPod,
  type PodParts,
} from './violation.ts';

const CONTEXT = 'securityContext';

/** Annotations of a pod, in the order of their keys. */
function annotationsOf({ metadata }: PodParts): readonly (readonly [key: string, value: string])[] {
  const annotations = getObject(metadata, 'annotations') ?? {};
  return sortedUnique(Object.keys(annotations)).flatMap((key) => {
    const value = annotations[key];
    return typeof value === 'string' ? [[key, value] as const] : [];
  });
}

const APP_ARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';
const APP_ARMOR_TYPES: ReadonlySet<string> = new Set(['RuntimeDefault', 'Localhost']);

function isAppArmorAllowed(profile: string): boolean {
  return profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/');
}

/** Profiles of AppArmor other than the runtime's or the node's own. */
export const checkAppArmor: CheckPod = (pod) => {
  const field = (context: JsonObject | undefined): readonly { path: Path; value: string }[] => {
    const profile = getObject(context, 'appArmorProfile');
    const type = getString(profile, 'type') ?? '';
    return profile === undefined || APP_ARMOR_TYPES.has(type) ? [] : [{ path: ['appArmorProfile', 'type'], value: type }];
  };
  const { context, path } = podContextOf(pod);
  const own = field(context);
  const picked = pickOfContainers(listContainers(pod), (container) => within(CONTEXT, field(getObject(container, CONTEXT))));
  const bad = annotationsOf(pod).filter(([key, value]) => key.startsWith(APP_ARMOR_PREFIX) && !isAppArmorAllowed(value));
  const setters = nameSetters(own.length > 0, picked.names);
  const noted = bad.length === 0 ? '' : plural('annotation', 'annotations', bad.length);
  if (setters === '' && noted === '') return undefined;
  const types = sortedUnique([...own.map(({ value }) => value), ...picked.values]);
  const values = [...types, ...bad.map(([key, value]) => `${key}=${quoteGo(value)}`).toSorted()];
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
    detail: `${[setters, noted].filter(Boolean).join(' and ')} must not set AppArmor profile type to ${quoteAll(values)}`,
    paths: [...own.map((item) => [...path, ...item.path]), ...picked.paths, ...bad.map(([key]): Path => ['metadata', 'annotations', key])],
  };
};

function within<T>(field: string, found: readonly { readonly path: Path; readonly value: T }[]): { path: Path; value: T }[] {
  return found.map(({ path, value }) => ({ path: [field, ...path], value }));
}

const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Capabilities of a container that are added, with their paths. */
export function listAdded(container: JsonObject): readonly { readonly path: Path; readonly value: string }[] {
  return getArray(container, CONTEXT, 'capabilities', 'add').flatMap((value, index) =>
    typeof value === 'string' ? [{ path: [CONTEXT, 'capabilities', 'add', index], value }] : [],
  );
}

/** Capabilities beyond those that runtimes give anyway. */
export const checkCapabilities: CheckPod = (pod) => {
  const bad = pickOfContainers(listContainers(pod), (container) =>
    listAdded(container).filter(({ value }) => !DEFAULT_CAPABILITIES.has(value)),
  );
  if (bad.names.length === 0) return undefined;
  const values = quoteAll(sortedUnique(bad.values));
  return {
    reason: 'non-default capabilities',
    detail: `${nameContainers(bad.names)} must not include ${values} in securityContext.capabilities.add`,
    paths: bad.paths,
  };
};

/** Namespaces of the node. */
export const checkHostNamespaces: CheckPod = ({ spec }) => {
  const fields = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => getBoolean(spec, field) === true);
  if (fields.length === 0) return undefined;
  return {
    reason: 'host namespaces',
    detail: fields.map((field) => `${field}=true`).join(', '),
    paths: fields.map((field) => ['spec', field]),
  };
};

/** Folders of the node. */
export const checkHostPaths: CheckPod = ({ spec }) => {
  const bad = getArray(spec, 'volumes').flatMap((volume, index) =>
    getObject(volume, 'hostPath') === undefined
      ? []
      : [{ name: getString(volume, 'name') ?? '', path: ['spec', 'volumes', index, 'hostPath'] }],
  );
  if (bad.length === 0) return undefined;
  const names = bad.map(({ name }) => name);
  return {
    reason: 'hostPath volumes',
    detail: `${plural('volume', 'volumes', bad.length)} ${quoteAll(names)}`,
    paths: bad.map(({ path }) => path),
  };
};

/** Ports of the node. */
export const checkHostPorts: CheckPod = (pod) => {
  const bad = pickOfContainers(listContainers(pod), (container) =>
    getArray(container, 'ports').flatMap((port, index) => {
      const value = getNumber(port, 'hostPort') ?? 0;
      return value === 0 ? [] : [{ path: ['ports', index, 'hostPort'], value: String(value) }];
    }),
  );
  if (bad.names.length === 0) return undefined;
  const ports = sortedUnique(bad.values);
  const words = `${plural('uses', 'use', bad.names.length)} ${plural('hostPort', 'hostPorts', ports.length)}`;
  return { reason: 'hostPort', detail: `${nameContainers(bad.names)} ${words} ${ports.join(', ')}`, paths: bad.paths };
};

const HANDLERS: readonly Path[] = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

/** Probes and hooks that call another host than the pod. */
export const checkProbeHosts: CheckPod = (pod) => {
  const bad = pickOfContainers(listContainers(pod), (container) =>
    HANDLERS.flatMap((handler) =>
      ['httpGet', 'tcpSocket'].flatMap((kind) => {
        const path = [...handler, kind, 'host'];
        const value = getString(container, ...path) ?? '';
        return value === '' ? [] : [{ path, value }];
      }),
    ),
  );
  if (bad.names.length === 0) return undefined;
  const [names, hosts] = [sortedUnique(bad.names), sortedUnique(bad.values)];
  const words = `${plural('uses', 'use', names.length)} ${plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length)}`;
  return { reason: 'probe or lifecycle host', detail: `${nameContainers(names)} ${words} ${quoteAll(hosts)}`, paths: bad.paths };
};

/** Containers with all rights of the node. */
export const checkPrivileged: CheckPod = (pod) => {
  const bad = pickOfContainers(listContainers(pod), (container) =>
    getBoolean(container, CONTEXT, 'privileged') === true ? [{ path: [CONTEXT, 'privileged'], value: true }] : [],
  );
  if (bad.names.length === 0) return undefined;
  return { reason: 'privileged', detail: `${nameContainers(bad.names)} must not set securityContext.privileged=true`, paths: bad.paths };
};

/** A proc file system without its masks. */
export const checkProcMount: CheckPod = (pod) => {
  const bad = pickOfContainers(listContainers(pod), (container) => {
    const value = getString(container, CONTEXT, 'procMount');
    return value === undefined || value === 'Default' ? [] : [{ path: [CONTEXT, 'procMount'], value }];
  });
  if (bad.names.length === 0) return undefined;
  const values = quoteAll(sortedUnique(bad.values));
  return {
    reason: 'procMount',
    detail: `${nameContainers(bad.names)} must not set securityContext.procMount to ${values}`,
    paths: bad.paths,
  };
};

/** Labels of SELinux other than these types. */
export function checkSeLinux(types: ReadonlySet<string>): CheckPod {
  const read = (context: JsonObject | undefined): readonly { path: Path; value: readonly [field: string, value: string] }[] => {
    const options = getObject(context, 'seLinuxOptions');
    const isBad = (field: string, value: string): boolean => (field === 'type' ? !types.has(value) : value !== '');
    return ['type', 'user', 'role'].flatMap((field) => {
      const value = getString(options, field) ?? '';
      return options === undefined || !isBad(field, value) ? [] : [{ path: ['seLinuxOptions', field], value: [field, value] as const }];
    });
  };
  return (pod) => {
    const { context, path } = podContextOf(pod);
    const own = read(context);
    const picked = pickOfContainers(listContainers(pod), (container) => within(CONTEXT, read(getObject(container, CONTEXT))));
    const setters = nameSetters(own.length > 0, picked.names);
    if (setters === '') return undefined;
    const found = [...own.map(({ value }) => value), ...picked.values];
    const bad = sortedUnique(found.flatMap(([field, value]) => (field === 'type' ? [value] : [])));
    const data = [
      ...(bad.length === 0 ? [] : [`${plural('type', 'types', bad.length)} ${quoteAll(bad)}`]),
      ...['user', 'role'].filter((name) => found.some(([field]) => field === name)).map((name) => `${name} may not be set`),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`,
      paths: [...own.map((item) => [...path, ...item.path]), ...picked.paths],
    };
  };
}

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

/** Profiles of seccomp as annotations name them, which is how they were named before 1.19. */
export const checkSeccompAnnotations: CheckPod = (pod) => {
  const known = new Set([SECCOMP_POD, ...listContainers(pod).map(({ name }) => `${SECCOMP_CONTAINER}${name}`)]);
  const bad = annotationsOf(pod).filter(
    ([key, value]) => known.has(key) && value !== 'runtime/default' && value !== 'docker/default' && !value.startsWith('localhost/'),
  );
  if (bad.length === 0) return undefined;
  const values = bad.map(([key, value]) => `${key}=${quoteGo(value)}`).toSorted();
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${plural('annotation', 'annotations', values.length)} ${values.join(', ')}`,
    paths: bad.map(([key]) => ['metadata', 'annotations', key]),
  };
};

/** The type of a seccomp profile, where one is set that is neither the runtime's nor the node's own. */
export function listSeccompFaults(context: JsonObject | undefined): readonly { readonly path: Path; readonly value: string }[] {
  const profile = getObject(context, 'seccompProfile');
  const type = getString(profile, 'type') ?? '';
  return profile === undefined || type === 'Localhost' || type === 'RuntimeDefault'
    ? []
    : [{ path: ['seccompProfile', 'type'], value: type }];
}

/** Profiles of seccomp other than the runtime's or the node's own. */
export const checkSeccomp: CheckPod = (pod) => {
  const { context, path } = podContextOf(pod);
  const own = listSeccompFaults(context);
  const picked = pickOfContainers(listContainers(pod), (container) => within(CONTEXT, listSeccompFaults(getObject(container, CONTEXT))));
  const setters = nameSetters(own.length > 0, picked.names);
  if (setters === '') return undefined;
  const values = quoteAll(sortedUnique([...own.map(({ value }) => value), ...picked.values]));
  return {
    reason: 'seccompProfile',
    detail: `${setters} must not set securityContext.seccompProfile.type to ${values}`,
    paths: [...own.map((item) => [...path, ...item.path]), ...picked.paths],
  };
};

/** Kernel parameters other than these. */
export function checkSysctls(allowed: ReadonlySet<string>): CheckPod {
  return (pod) => {
    const bad = getArray(pod.spec, CONTEXT, 'sysctls').flatMap((item, index) => {
      const name = isObject(item) ? (getString(item, 'name') ?? '') : undefined;
      return name === undefined || allowed.has(name) ? [] : [{ name, path: ['spec', CONTEXT, 'sysctls', index, 'name'] }];
    });
    if (bad.length === 0) return undefined;
    return { reason: 'forbidden sysctls', detail: bad.map(({ name }) => name).join(', '), paths: bad.map(({ path }) => path) };
  };
}

/** Windows containers that are processes of the node. */
export const checkHostProcess: CheckPod = (pod) => {
  const isSet = (value: JsonObject): boolean => getAt(value, CONTEXT, 'windowsOptions', 'hostProcess') === true;
  const path = [CONTEXT, 'windowsOptions', 'hostProcess'];
  const bad = pickOfContainers(listContainers(pod), (container) => (isSet(container) ? [{ path, value: true }] : []));
  const setters = nameSetters(isSet(pod.spec), bad.names);
  if (setters === '') return undefined;
  return {
    reason: 'hostProcess',
    detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true`,
    paths: [...(isSet(pod.spec) ? [['spec', ...path]] : []), ...bad.paths],
  };
};
