import type { JsonObject, JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

/** A pod whose fields Pod Security looks at are of every kind; most are hardened, so that each check decides alone often. */
export function makeInsecurePod(random: Random): { readonly metadata: JsonObject; readonly spec: JsonObject } {
  const isSafe = random.once(3);
  const annotations = isSafe && !random.once(4) ? {} : makeAnnotations(random);
  return {
    metadata: Object.keys(annotations).length === 0 ? {} : { annotations },
    spec: {
      ...rarely(random, 'hostNetwork', () => !random.once(3)),
      ...rarely(random, 'hostPID', () => !random.once(3)),
      ...rarely(random, 'hostIPC', () => !random.once(3)),
      ...(random.once(5) ? { hostUsers: random.once(3) } : {}),
      ...(random.once(6) ? { os: { name: random.pick(['windows', 'linux']) } } : {}),
      ...(random.once(20) ? { runtimeClassName: random.pick(['gvisor', 'kata']) } : {}),
      ...(random.once(4) && !isSafe ? {} : { securityContext: makePodContext(random, isSafe) }),
      ...(random.once(4) ? { initContainers: [makeContainer(random, 'init', isSafe)] } : {}),
      containers: random.list(1 + random.below(2), (index) => makeContainer(random, index === 0 ? 'web' : 'side', isSafe)),
      ...(random.once(10) ? { ephemeralContainers: [makeContainer(random, 'debug', isSafe)] } : {}),
      ...(random.once(2) ? { volumes: random.list(1 + random.below(3), (index) => makeVolume(random, index, isSafe)) } : {}),
    },
  };
}

function rarely(random: Random, field: string, make: () => JsonValue): JsonObject {
  return random.once(12) ? { [field]: make() } : {};
}

function makeAnnotations(random: Random): JsonObject {
  const entries: [string, string][] = [];
  const profile = (): string => random.pick(['runtime/default', 'docker/default', 'localhost/x', 'unconfined', '', 'a"b\u00e9']);
  if (random.once(6)) entries.push([`container.apparmor.security.beta.kubernetes.io/${random.pick(['web', 'gone'])}`, profile()]);
  if (random.once(8)) entries.push(['container.apparmor.security.beta.kubernetes.io/side', profile()]);
  if (random.once(5)) entries.push(['seccomp.security.alpha.kubernetes.io/pod', profile()]);
  if (random.once(5)) entries.push([`container.seccomp.security.alpha.kubernetes.io/${random.pick(['web', 'init', 'gone'])}`, profile()]);
  return Object.fromEntries(entries);
}

function makeSeLinux(random: Random): JsonObject {
  return random.maybe<JsonValue>({
    type: () => random.pick(['container_t', 'container_engine_t', 'spc_t', '', 'x_t']),
    user: () => random.pick(['', 'system_u']),
    role: () => random.pick(['', 'system_r']),
    level: () => 's0',
  });
}

function makeProfile(random: Random, isSafe: boolean): JsonObject {
  return { type: isSafe && !random.once(6) ? 'RuntimeDefault' : random.pick(['RuntimeDefault', 'Localhost', 'Unconfined']) };
}

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'kernel.msgmax',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.core.somaxconn',
];

function makePodContext(random: Random, isSafe: boolean): JsonObject {
  const usual = isSafe ? { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } : {};
  return {
    ...usual,
    ...chooseFields(random, isSafe ? 20 : 4, {
      runAsNonRoot: () => random.once(2),
      runAsUser: () => random.pick([0, 1000]),
      seccompProfile: () => makeProfile(random, isSafe),
      appArmorProfile: () => makeProfile(random, isSafe),
      seLinuxOptions: () => makeSeLinux(random),
      windowsOptions: () => random.pick([{}, { hostProcess: true }, { hostProcess: false }]),
      sysctls: () => random.list(1 + random.below(2), () => ({ name: random.pick(SYSCTLS), value: '1' })),
    }),
  };
}

function chooseFields(random: Random, times: number, fields: Readonly<Record<string, () => JsonValue>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).flatMap(([name, make]) => (random.once(times) ? [[name, make()]] : [])));
}

function makeContext(random: Random, isSafe: boolean): JsonObject {
  const usual = isSafe ? { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } : {};
  return {
    ...usual,
    ...chooseFields(random, isSafe ? 20 : 4, {
      allowPrivilegeEscalation: () => random.once(2),
      capabilities: () => ({
        ...(random.once(2)
          ? { add: random.list(1 + random.below(2), () => random.pick(['NET_BIND_SERVICE', 'CHOWN', 'SYS_ADMIN', 'NET_RAW', 'CAP_KILL'])) }
          : {}),
        ...(random.once(3) ? {} : { drop: random.pick([['ALL'], ['NET_RAW'], [], ['CHOWN', 'ALL']]) }),
      }),
      privileged: () => random.once(2),
      procMount: () => random.pick(['Default', 'Unmasked', 'x']),
      runAsNonRoot: () => random.once(2),
      runAsUser: () => random.pick([0, 1000]),
      seccompProfile: () => makeProfile(random, isSafe),
      appArmorProfile: () => makeProfile(random, isSafe),
      seLinuxOptions: () => makeSeLinux(random),
      windowsOptions: () => random.pick([{}, { hostProcess: true }]),
    }),
  };
}

function makeHandler(random: Random): JsonObject {
  const host = random.once(2) ? {} : { host: random.pick(['', 'a.example', '10.0.0.1']) };
  return random.pick([{ httpGet: { port: 80, ...host } }, { tcpSocket: { port: 80, ...host } }, { exec: { command: ['x'] } }]);
}

function makeContainer(random: Random, name: string, isSafe: boolean): JsonObject {
  return {
    name,
    image: 'x',
    ...(random.once(4) && !isSafe ? {} : { securityContext: makeContext(random, isSafe) }),
    ...chooseFields(random, 10, {
      livenessProbe: () => makeHandler(random),
      readinessProbe: () => makeHandler(random),
      startupProbe: () => makeHandler(random),
      lifecycle: () => random.maybe({ postStart: () => makeHandler(random), preStop: () => makeHandler(random) }),
    }),
    ...(random.once(4)
      ? {
          ports: random.list(1 + random.below(2), () => ({
            containerPort: 80 + random.below(3),
            ...(random.once(4) ? { hostPort: random.pick([0, 80, 9000]) } : {}),
          })),
        }
      : {}),
  };
}

const FREE = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];
const OTHER = [
  'hostPath',
  'hostPath',
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
  'gitRepo',
  'awsElasticBlockStore',
  'gcePersistentDisk',
];

function makeVolume(random: Random, index: number, isSafe: boolean): JsonObject {
  if (!random.once(isSafe ? 12 : 3)) return { name: `v${index}`, [random.pick(FREE)]: {} };
  return { name: `v${index}`, [random.pick(OTHER)]: {} };
}
