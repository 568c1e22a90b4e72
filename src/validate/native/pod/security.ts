import type { JsonObject } from '../../../std/index.ts';
import { judgeSubdomain } from '../../object/names.ts';
import type { Place } from '../place.ts';
import { checkDescending } from './paths.ts';

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const LARGEST_ID = 2_147_483_647;
const LONGEST_PROFILE = 4095;

/** `validatePodSpecSecurityContext`. */
export function checkPodSecurity(context: Place, spec: Place): void {
  if (!context.isSet) return;
  for (const field of ['fsGroup', 'runAsUser', 'runAsGroup']) context.at(field).between(0, LARGEST_ID);
  for (const group of context.at('supplementalGroups').items()) group.between(0, LARGEST_ID);
  if (spec.at('shareProcessNamespace').isTrue && spec.at('hostPID').isTrue) {
    context.at('shareProcessNamespace').invalid('ShareProcessNamespace and HostPID cannot both be enabled', true);
  }
  checkSysctls(context.at('sysctls'), spec);
  context.at('fsGroupChangePolicy').oneOf(['Always', 'OnRootMismatch']);
  checkSeccomp(context.at('seccompProfile'));
  checkWindowsOptions(context.at('windowsOptions'));
  checkAppArmor(context.at('appArmorProfile'));
  context.at('supplementalGroupsPolicy').oneOf(['Merge', 'Strict']);
  context.at('seLinuxChangePolicy').oneOf(['Recursive']);
}

const SYSCTL = /^(?:[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_WORDS =
  'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const IPC_NAMES = [
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
];

function checkSysctls(list: Place, spec: Place): void {
  const names = new Set<string>();
  for (const item of list.items()) {
    const name = item.at('name');
    if (name.wanted()) {
      if (name.text.length > 253 || !SYSCTL.test(name.text)) name.invalid(SYSCTL_WORDS);
      else if (names.has(name.text)) name.duplicate();
    }
    const dotted = name.text.replaceAll('/', '.');
    if (spec.at('hostNetwork').isTrue && dotted.startsWith('net.')) name.invalid("may not be specified when 'hostNetwork' is true");
    const isOfIpc = IPC_NAMES.includes(dotted) || dotted.startsWith('fs.mqueue.');
    if (spec.at('hostIPC').isTrue && isOfIpc) name.invalid("may not be specified when 'hostIPC' is true");
    names.add(name.text);
  }
}

function checkSeccomp(profile: Place): void {
  if (!profile.isSet) return;
  const [type, local] = [profile.at('type'), profile.at('localhostProfile')];
  if (type.wanted('type is required when seccompProfile is set')) type.oneOf(PROFILES);
  if (type.text !== 'Localhost') {
    const printed = { Type: type.text, LocalhostProfile: local.text };
    if (local.isSet) local.invalid('can only be set when seccomp type is Localhost', printed);
  } else if (local.isSet) checkDescending(local);
  else local.required('must be set when seccomp type is Localhost');
}

function checkAppArmor(profile: Place): void {
  if (!profile.isSet) return;
  const [type, local] = [profile.at('type'), profile.at('localhostProfile')];
  if (!type.wanted('type is required when appArmorProfile is set')) return;
  type.oneOf(PROFILES);
  if (type.text === 'Localhost') {
    const words = 'must be set when AppArmor type is Localhost';
    if (!local.isSet) return local.required(words);
    if (local.text.trim() !== local.text) local.invalid('must not be padded with whitespace');
    else if (local.text === '') local.required(words);
    if (local.text.length > LONGEST_PROFILE) local.tooLong(LONGEST_PROFILE);
  } else if (PROFILES.includes(type.text) && local.isSet) local.invalid('can only be set when AppArmor type is Localhost');
  return undefined;
}

/** The fields of the server's own type, in its order: it prints the whole of it. */
const CONTEXT_FIELDS = [
  'Capabilities',
  'Privileged',
  'SELinuxOptions',
  'WindowsOptions',
  'RunAsUser',
  'RunAsGroup',
  'RunAsNonRoot',
  'ReadOnlyRootFilesystem',
  'AllowPrivilegeEscalation',
  'ProcMount',
  'SeccompProfile',
  'AppArmorProfile',
];

/** `ValidateSecurityContext`. `hostUsers` tells whether the users of the pod are those of its node. */
export function checkContainerSecurity(context: Place, hostUsers: boolean): void {
  if (!context.isSet) return;
  for (const field of ['runAsUser', 'runAsGroup']) context.at(field).between(0, LARGEST_ID);
  const proc = context.at('procMount');
  proc.oneOf(['Default', 'Unmasked']);
  if (hostUsers && proc.text === 'Unmasked') proc.invalid('`hostUsers` must be false to use `Unmasked`');
  checkSeccomp(context.at('seccompProfile'));
  if (context.at('allowPrivilegeEscalation').value === false) checkEscalation(context);
  checkWindowsOptions(context.at('windowsOptions'));
  checkAppArmor(context.at('appArmorProfile'));
}

function checkEscalation(context: Place): void {
  const printed = printContext(context);
  if (context.at('privileged').isTrue) context.invalid('cannot set `allowPrivilegeEscalation` to false and `privileged` to true', printed);
  if (context.at('capabilities').at('add').texts.includes('CAP_SYS_ADMIN')) {
    context.invalid('cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN', printed);
  }
}

function printContext(context: Place): JsonObject {
  const capabilities = context.at('capabilities');
  const seccomp = context.at('seccompProfile');
  const options = context.at('seLinuxOptions');
  const made: JsonObject = {
    ...context.object,
    ...(capabilities.isSet ? { capabilities: { Add: capabilities.below('add') ?? null, Drop: capabilities.below('drop') ?? null } } : {}),
    ...(seccomp.isSet
      ? { seccompProfile: { Type: seccomp.at('type').text, LocalhostProfile: seccomp.below('localhostProfile') ?? null } }
      : {}),
    ...(options.isSet ? { sELinuxOptions: printOptions(options) } : {}),
  };
  return Object.fromEntries(CONTEXT_FIELDS.map((name) => [name, made[name.charAt(0).toLowerCase() + name.slice(1)] ?? null]));
}

function printOptions(options: Place): JsonObject {
  const [user, role, type, level] = ['user', 'role', 'type', 'level'].map((field) => options.at(field).text);
  return { User: user ?? '', Role: role ?? '', Type: type ?? '', Level: level ?? '' };
}

const LARGEST_SPEC = 64 * 1024;

function checkWindowsOptions(options: Place): void {
  const name = options.at('gmsaCredentialSpecName');
  if (name.isSet) name.judgedEvenEmpty(judgeSubdomain);
  const spec = options.at('gmsaCredentialSpec');
  if (spec.value === '') spec.invalid('gmsaCredentialSpec cannot be an empty string');
  else if (spec.text.length > LARGEST_SPEC) spec.invalid('gmsaCredentialSpec size must be under 64 KiB');
  const user = options.at('runAsUserName');
  if (typeof user.value === 'string') checkUserName(user);
}

const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_DOMAIN = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

function checkUserName(place: Place): void {
  const parts = place.text.split('\\');
  if (place.text === '') return place.invalid('runAsUserName cannot be an empty string');
  // oxlint-disable-next-line no-control-regex -- that there are none is what is asked
  if (/[\u0000-\u001f\u007f]/.test(place.text)) return place.invalid('runAsUserName cannot contain control characters');
  if (parts.length > 2) return place.invalid('runAsUserName cannot contain more than one backslash');
  const [domain, user] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : [undefined, parts[0] ?? ''];
  if (domain !== undefined && domain.length >= 256) place.invalid("runAsUserName's Domain length must be under 256 characters");
  if (domain !== undefined && !NET_BIOS.test(domain) && !DNS_DOMAIN.test(domain)) {
    place.invalid("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === '') place.invalid("runAsUserName's User cannot be empty");
  else if (user.length > 104) place.invalid("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) place.invalid("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    place.invalid('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  }
  return undefined;
}
