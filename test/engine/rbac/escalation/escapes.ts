import type { JsonObject } from '../../../../src/std/index.ts';

/** A Pod whose containers get at their node, and the same with a little less. */
export interface EscapeCase {
  readonly name: string;
  /** What of KubeHound's and IceKube's edges it is. */
  readonly edge: string;
  readonly spec: JsonObject;
  readonly twin: { readonly why: string; readonly spec: JsonObject };
}

function running(container: JsonObject, pod: JsonObject = {}): JsonObject {
  return { containers: [{ name: 'main', image: 'busybox', ...container }], ...pod };
}

function capable(capability: string, pod: JsonObject = {}): JsonObject {
  return running({ securityContext: { capabilities: { add: [capability] } } }, pod);
}

function mounting(path: string, isReadOnly = false): JsonObject {
  return running(
    { volumeMounts: [{ name: 'host', mountPath: '/host', readOnly: isReadOnly }] },
    { volumes: [{ name: 'host', hostPath: { path } }] },
  );
}

const HARMLESS = running({});

function folder(path: string, edge: string): EscapeCase {
  return { name: `mounts ${path}`, edge, spec: mounting(path), twin: { why: 'another folder', spec: mounting('/opt/data') } };
}

/** Every way out of a container that leads to its node by itself. */
export const ESCAPES: readonly EscapeCase[] = [
  {
    name: 'privileged',
    edge: 'CE_PRIV_MOUNT, IS_PRIVILEGED',
    spec: running({ securityContext: { privileged: true } }),
    twin: { why: 'not privileged', spec: running({ securityContext: { privileged: false } }) },
  },
  {
    name: 'an init container is privileged',
    edge: 'CE_PRIV_MOUNT',
    spec: { ...HARMLESS, initContainers: [{ name: 'first', image: 'busybox', securityContext: { privileged: true } }] },
    twin: { why: 'none is', spec: { ...HARMLESS, initContainers: [{ name: 'first', image: 'busybox' }] } },
  },
  {
    name: 'sees the processes of the node and traces them',
    edge: 'CE_NSENTER, CE_SYS_PTRACE, CAN_NSENTER_HOST',
    spec: capable('SYS_PTRACE', { hostPID: true }),
    twin: { why: 'traces its own', spec: capable('SYS_PTRACE') },
  },
  {
    name: 'administers the system',
    edge: 'CE_PRIV_MOUNT, CAN_CGROUP_BREAKOUT',
    spec: capable('SYS_ADMIN'),
    twin: { why: 'administers the network', spec: capable('NET_ADMIN') },
  },
  {
    name: 'loads modules of the kernel',
    edge: 'CE_MODULE_LOAD, CAN_LOAD_KERNEL_MODULES',
    spec: capable('SYS_MODULE'),
    twin: { why: 'changes owners', spec: capable('CHOWN') },
  },
  {
    name: 'opens files by their handle',
    edge: 'CAN_ACCESS_HOST_FD',
    spec: capable('DAC_READ_SEARCH'),
    twin: { why: 'overrides modes of its own files', spec: capable('DAC_OVERRIDE') },
  },
  { name: 'has every capability', edge: 'CE_PRIV_MOUNT', spec: capable('ALL'), twin: { why: 'none', spec: HARMLESS } },
  {
    name: 'is a process of a Windows node',
    edge: 'none',
    spec: running(
      {},
      { hostNetwork: true, securityContext: { windowsOptions: { hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM' } } },
    ),
    twin: { why: 'is a container of it', spec: running({}, { securityContext: { windowsOptions: { runAsUserName: 'ContainerUser' } } }) },
  },
  ...['/', '/etc', '/etc/kubernetes/pki', '/root', '/var', '/var/lib/kubelet', '/var/lib/docker', '/var/lib/containerd'].map((path) =>
    folder(path, 'EXPLOIT_HOST_READ, EXPLOIT_HOST_WRITE, CAN_ACCESS_DANGEROUS_HOST_PATH'),
  ),
  ...['/proc', '/proc/sys/kernel'].map((path) => folder(path, 'CE_UMH_CORE_PATTERN')),
  ...['/var/run/docker.sock', '/run/containerd/containerd.sock', '/var/run/crio/crio.sock'].map((path) =>
    folder(path, 'EXPLOIT_CONTAINERD_SOCK'),
  ),
  {
    name: 'reads all of the node',
    edge: 'EXPLOIT_HOST_READ',
    spec: mounting('/', true),
    twin: { why: 'the volume is mounted nowhere', spec: { ...HARMLESS, volumes: [{ name: 'host', hostPath: { path: '/' } }] } },
  },
];
