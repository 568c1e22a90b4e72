import type { Place } from '../place.ts';

const SYSTEMS = ['linux', 'windows'];
const WINDOWS_HAS_NO = 'cannot be set for a windows pod';

const POD_FIELDS = ['hostUsers', 'shareProcessNamespace'];
const POD_FLAGS = ['hostPID', 'hostIPC'];
const POD_CONTEXT = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
];
const CONTAINER_CONTEXT = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

/** What holds on one operating system and not on the other, and where pods share what is the node's. */
export function checkSystem(spec: Place, containers: readonly Place[]): void {
  const system = spec.at('os');
  if (system.isSet && system.at('name').wanted()) {
    const name = system.at('name').as(system, '');
    name.oneOf(SYSTEMS);
    if (name.text === 'linux') checkLinux(spec, containers);
    if (name.text === 'windows') checkWindows(spec, containers);
  }
  checkHostProcess(spec, containers);
  if (spec.at('hostUsers').value === false) checkOwnUsers(spec, containers);
}

function checkLinux(spec: Place, containers: readonly Place[]): void {
  for (const owner of [spec, ...containers]) {
    const options = owner.at('securityContext').at('windowsOptions');
    if (options.isSet) options.forbidden('windows options cannot be set for a linux pod');
  }
}

function checkWindows(spec: Place, containers: readonly Place[]): void {
  const forbid = (owner: Place, fields: readonly string[]): void => {
    for (const field of owner.given(fields)) owner.at(field).forbidden(WINDOWS_HAS_NO);
  };
  forbid(spec, POD_FIELDS);
  for (const flag of POD_FLAGS) if (spec.at(flag).isTrue) spec.at(flag).forbidden(WINDOWS_HAS_NO);
  forbid(spec.at('securityContext'), POD_CONTEXT);
  const sysctls = spec.at('securityContext').at('sysctls');
  if (sysctls.items().length > 0) sysctls.forbidden(WINDOWS_HAS_NO);
  for (const container of containers) forbid(container.at('securityContext'), CONTAINER_CONTEXT);
}

/** `validateWindowsHostProcessPod`. */
function checkHostProcess(spec: Place, containers: readonly Place[]): void {
  const ofPod = spec.below('securityContext', 'windowsOptions', 'hostProcess') ?? undefined;
  let count = 0;
  for (const container of containers) {
    const place = container.at('securityContext').at('windowsOptions').at('hostProcess');
    const own = place.value ?? undefined;
    if (ofPod !== undefined && own !== undefined && own !== ofPod) {
      place.invalid(`pod hostProcess value must be identical if both are specified, was ${ofPod === true}`);
    }
    if ((own ?? ofPod) === true) count++;
  }
  if (count === 0) return;
  if (count !== containers.length) {
    spec.invalid('If pod contains any hostProcess containers then all containers must be HostProcess containers', '');
  }
  if (!spec.at('hostNetwork').isTrue) {
    spec.at('hostNetwork').invalid('hostNetwork must be true if pod contains any hostProcess containers', false);
  }
}

/** `validateHostUsers`. */
function checkOwnUsers(spec: Place, containers: readonly Place[]): void {
  const words = 'when `hostUsers` is false';
  if (spec.at('hostNetwork').isTrue) spec.at('hostNetwork').forbidden(words);
  if (spec.at('hostPID').isTrue) spec.at('hostPID', 'HostPID').forbidden(words);
  if (spec.at('hostIPC').isTrue) spec.at('hostIPC', 'HostIPC').forbidden(words);
  for (const container of containers) {
    if (container.at('volumeDevices').items().length > 0) container.at('volumeDevices').forbidden(words);
  }
}
