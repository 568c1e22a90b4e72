import { judgeLabel, judgePortName } from '../../object/names.ts';
import { isPort, PORT_RANGE } from '../field-error.ts';
import type { Place } from '../place.ts';
import { checkEnvironment } from './environment.ts';
import { checkDevices, checkMounts, type SoundVolumes } from './mounts.ts';
import { checkProbes, type Ending } from './probes.ts';
import { checkContainerResources } from './resources.ts';
import { checkRestarts } from './restarts.ts';
import { checkContainerSecurity } from './security.ts';

/** What the rules of containers need to know of their pod. */
export interface ContainerScope {
  readonly spec: Place;
  readonly isPod: boolean;
  readonly volumes: SoundVolumes;
  readonly claims: readonly string[];
  readonly ending: Ending;
  readonly hostUsers: boolean;
}

/** What `validateContainers`, `validateInitContainers` and `validateEphemeralContainers` say. */
export function checkContainers(scope: ContainerScope): void {
  const [main, init, ephemeral] = ['containers', 'initContainers', 'ephemeralContainers'].map((name) => scope.spec.at(name).items());
  if ((main ?? []).length === 0) scope.spec.at('containers').required();
  const names = new Set<string>();
  for (const container of main ?? []) {
    checkOne(container, names, scope);
    checkProbes(container, scope.ending);
    checkRestarts(container);
  }
  checkHostPorts(main ?? [], scope);
  for (const container of init ?? []) checkInit(container, names, scope);
  for (const container of ephemeral ?? []) {
    checkOne(container, names, scope);
    checkEphemeral(container, [...(main ?? []), ...(init ?? [])]);
  }
}

function checkInit(container: Place, names: Set<string>, scope: ContainerScope): void {
  checkOne(container, names, scope);
  checkHostPorts([container], scope);
  checkRestarts(container);
  const isSidecar = container.at('restartPolicy').text === 'Always';
  if (isSidecar) return checkProbes(container, scope.ending);
  for (const field of container.given(['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'])) {
    container.at(field).forbidden('may not be set for init containers without restartPolicy=Always');
  }
  for (const item of container.at('resizePolicy').items()) {
    const policy = item.at('restartPolicy');
    if (policy.text === 'RestartContainer') policy.invalid("must not be set to 'RestartContainer' for non-sidecar initContainers");
  }
  return undefined;
}

const OF_EPHEMERAL = new Set([
  'name',
  'image',
  'command',
  'args',
  'workingDir',
  'env',
  'envFrom',
  'volumeMounts',
  'volumeDevices',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'imagePullPolicy',
  'securityContext',
  'stdin',
  'stdinOnce',
  'tty',
  'targetContainerName',
]);

function checkEphemeral(container: Place, others: readonly Place[]): void {
  const target = container.at('targetContainerName');
  if (target.text !== '' && !others.some((other) => other.at('name').text === target.text)) target.notFound();
  for (const field of container.keys()) {
    const place = container.at(field);
    const isEmpty = !place.isSet || place.value === '' || (Array.isArray(place.value) && place.value.length === 0);
    if (!OF_EPHEMERAL.has(field) && !isEmpty) place.forbidden('cannot be set for an Ephemeral Container');
  }
  for (const mount of container.at('volumeMounts').items()) {
    for (const field of ['subPath', 'subPathExpr']) {
      if (mount.at(field).text !== '') mount.at(field).forbidden('cannot be set for an Ephemeral Container');
    }
  }
}

/** `validateContainerCommon`. */
function checkOne(container: Place, names: Set<string>, scope: ContainerScope): void {
  const [name, image] = [container.at('name'), container.at('image')];
  if (name.wanted()) name.judged(judgeLabel);
  if (names.has(name.text)) name.duplicate(name.text);
  // Two init containers without a name are not one.
  if (name.text !== '' || !container.path.includes('initContainers')) names.add(name.text);
  image.wanted();
  if (scope.isPod && image.text.trim() !== image.text) image.invalid('must not have leading or trailing whitespace');
  container.at('terminationMessagePolicy').oneOfIfAny(['File', 'FallbackToLogsOnError']);
  checkPorts(container.at('ports'), scope);
  checkEnvironment(container);
  checkMounts(container, scope.volumes);
  checkDevices(container, scope.volumes);
  container.at('imagePullPolicy').oneOfIfAny(['Always', 'IfNotPresent', 'Never']);
  checkContainerResources(container.at('resources'), scope.claims);
  checkResizing(container.at('resizePolicy'), scope.spec.at('restartPolicy').text);
  checkContainerSecurity(container.at('securityContext'), scope.hostUsers);
}

function checkPorts(list: Place, { spec, isPod }: ContainerScope): void {
  const names = new Set<string>();
  // Init containers are free to differ: their ports are only ever open one after the other.
  const isMain = list.path.includes('containers');
  for (const port of list.items()) {
    const [name, number, host] = [port.at('name'), port.at('containerPort'), port.at('hostPort')];
    if (name.judged(judgePortName) && name.text !== '') {
      if (names.has(name.text)) name.duplicate();
      names.add(name.text);
    }
    if (number.number === undefined || number.number === 0) number.required();
    else if (!isPort(number.number)) number.invalid(PORT_RANGE);
    if (host.number !== undefined && host.number !== 0 && !isPort(host.number)) host.invalid(PORT_RANGE);
    port.at('protocol').oneOfIfAny(['SCTP', 'TCP', 'UDP']);
    const isShared = spec.at('hostNetwork').isTrue && isPod && (host.number ?? 0) === 0;
    if (isShared && number.number !== undefined && !isPort(number.number)) host.invalid(PORT_RANGE, number.number);
    const isOther = (host.number ?? 0) !== 0 && host.number !== number.number;
    if (spec.at('hostNetwork').isTrue && isOther && isMain) host.invalid('must match `containerPort` when `hostNetwork` is true');
  }
}

/** `checkHostPortConflicts`. In a pod on the network of its node, each port is one of the node; what pods are made of is not filled in yet. */
function checkHostPorts(containers: readonly Place[], { spec, isPod }: ContainerScope): void {
  const isOnHost = isPod && spec.at('hostNetwork').isTrue;
  const taken = new Set<string>();
  for (const container of containers) {
    for (const port of container.at('ports').items()) {
      const own = port.at('hostPort').number ?? 0;
      const number = own === 0 && isOnHost ? (port.at('containerPort').number ?? 0) : own;
      if (number === 0) continue;
      const protocol = port.at('protocol').text === '' ? 'TCP' : port.at('protocol').text;
      const key = `${protocol}/${port.at('hostIP').text}/${number}`;
      if (taken.has(key)) port.at('hostPort').duplicate(key);
      taken.add(key);
    }
  }
}

const POLICIES = ['NotRequired', 'RestartContainer'];

function checkResizing(list: Place, podRestartPolicy: string): void {
  const seen = new Set<string>();
  for (const item of list.items()) {
    const [resource, policy] = [item.at('resourceName').as(list, ''), item.at('restartPolicy').as(list, '')];
    if (seen.has(resource.text)) item.duplicate(resource.text);
    seen.add(resource.text);
    if (resource.wanted()) resource.oneOf(['cpu', 'memory']);
    if (policy.wanted()) policy.oneOf(POLICIES);
    if (podRestartPolicy === 'Never' && policy.text !== 'NotRequired') {
      policy.invalid("must be 'NotRequired' when pod `restartPolicy` is 'Never'", policy.text);
    }
  }
}
