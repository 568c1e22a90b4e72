import { getBoolean, getString } from '../../std/index.ts';
import {
  checkAppArmor,
  checkCapabilities,
  checkHostNamespaces,
  checkHostPaths,
  checkHostPorts,
  checkHostProcess,
  checkPrivileged,
  checkProbeHosts,
  checkProcMount,
  checkSeccomp,
  checkSeccompAnnotations,
  checkSeLinux,
  checkSysctls,
} from './baseline.ts';
import type { LevelVersion } from './level.ts';
import { checkFewCapabilities, checkNonRoot, checkPrivilegeEscalation, checkSeccompSet, checkUser, checkVolumes } from './restricted.ts';
import type { CheckPod, PodParts, Violation } from './violation.ts';

/** A check, and from which minor version on it is worded how. */
interface Check {
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  readonly versions: readonly (readonly [since: number, check: CheckPod])[];
  /** The check of `baseline` that it takes the place of. */
  readonly overrides?: string;
}

const SE_LINUX = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
const SYSCTLS_0 = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_27 = [...SYSCTLS_0, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

/** A check that has nothing against pods in a user namespace of their own. */
function unlessOwnUsers(check: CheckPod): CheckPod {
  return (pod) => (getBoolean(pod.spec, 'hostUsers') === false ? undefined : check(pod));
}

/** A check that is not about pods for Windows. */
function unlessWindows(check: CheckPod): CheckPod {
  return (pod) => (getString(pod.spec, 'os', 'name') === 'windows' ? undefined : check(pod));
}

/** All checks in the order in which the server tells of them: those of `baseline` first, each by its name. */
const CHECKS: readonly Check[] = [
  { id: 'appArmorProfile', level: 'baseline', versions: [[0, checkAppArmor]] },
  { id: 'capabilities_baseline', level: 'baseline', versions: [[0, checkCapabilities]] },
  { id: 'hostNamespaces', level: 'baseline', versions: [[0, checkHostNamespaces]] },
  { id: 'hostPathVolumes', level: 'baseline', versions: [[0, checkHostPaths]] },
  { id: 'hostPorts', level: 'baseline', versions: [[0, checkHostPorts]] },
  { id: 'hostProbesAndHostLifecycle', level: 'baseline', versions: [[34, checkProbeHosts]] },
  { id: 'privileged', level: 'baseline', versions: [[0, checkPrivileged]] },
  {
    id: 'procMount',
    level: 'baseline',
    versions: [
      [0, checkProcMount],
      [35, unlessOwnUsers(checkProcMount)],
    ],
  },
  {
    id: 'seLinuxOptions',
    level: 'baseline',
    versions: [
      [0, checkSeLinux(new Set(SE_LINUX))],
      [31, checkSeLinux(new Set([...SE_LINUX, 'container_engine_t']))],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    versions: [
      [0, checkSeccompAnnotations],
      [19, checkSeccomp],
    ],
  },
  {
    id: 'sysctls',
    level: 'baseline',
    versions: [
      [0, checkSysctls(new Set(SYSCTLS_0))],
      [27, checkSysctls(new Set(SYSCTLS_27))],
      [29, checkSysctls(new Set(SYSCTLS_29))],
      [32, checkSysctls(new Set(SYSCTLS_32))],
    ],
  },
  { id: 'windowsHostProcess', level: 'baseline', versions: [[0, checkHostProcess]] },
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    versions: [
      [8, checkPrivilegeEscalation],
      [25, unlessWindows(checkPrivilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    versions: [
      [22, checkFewCapabilities],
      [25, unlessWindows(checkFewCapabilities)],
    ],
    overrides: 'capabilities_baseline',
  },
  { id: 'procMount_restricted', level: 'restricted', versions: [[35, checkProcMount]], overrides: 'procMount' },
  { id: 'restrictedVolumes', level: 'restricted', versions: [[0, checkVolumes]], overrides: 'hostPathVolumes' },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    versions: [
      [0, checkNonRoot],
      [35, unlessOwnUsers(checkNonRoot)],
    ],
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    versions: [
      [23, checkUser],
      [35, unlessOwnUsers(checkUser)],
    ],
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    versions: [
      [19, checkSeccompSet],
      [25, unlessWindows(checkSeccompSet)],
    ],
    overrides: 'seccompProfile_baseline',
  },
];

/** The newest minor version that is known here: what `latest` means unless the server is older. */
const NEWEST = 36;

/**
 * What a level has against a pod or a pod template, in the server's order and words
 * (`pod-security-admission/policy`). `server` is the server's minor version: it knows no later wording than its own.
 */
export function evaluatePodSecurity({ level, version }: LevelVersion, pod: PodParts, server: number = NEWEST): readonly Violation[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? server : Math.min(version, server);
  return chooseChecks(level, minor).flatMap((check) => check(pod) ?? []);
}

const CHOSEN = new Map<string, readonly CheckPod[]>();

function chooseChecks(level: Check['level'], minor: number): readonly CheckPod[] {
  const key = `${level}:${minor}`;
  let chosen = CHOSEN.get(key);
  if (chosen === undefined) CHOSEN.set(key, (chosen = chooseAnew(level, minor)));
  return chosen;
}

function chooseAnew(level: Check['level'], minor: number): readonly CheckPod[] {
  const at = ({ versions }: Check): CheckPod | undefined => versions.findLast(([since]) => since <= minor)?.[1];
  const asked = CHECKS.filter((check) => (level === 'restricted' || check.level === 'baseline') && at(check) !== undefined);
  const overridden = new Set(asked.map(({ overrides }) => overrides));
  return asked.filter(({ id }) => !overridden.has(id)).flatMap((check) => at(check) ?? []);
}

/** What the server says of violations of one pod: `hostPort (container "a" uses hostPort 80), privileged (...)`. */
export function describeViolations(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}
