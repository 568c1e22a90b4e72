import { getOrAdd, quoteGo } from '../../std/index.ts';
import type { Place } from '../native/place.ts';
import { warnOfFraction } from './amounts.ts';
import type { Warner } from './say.ts';

const SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/';
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

/** What is said of the containers of a pod: the annotations that are about them, their amounts, variables and ports. */
export function warnOfContainers(spec: Place, annotations: Place, isTemplate: boolean, warner: Warner): void {
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) => spec.at(field).items());
  for (const container of containers) {
    warnOfAnnotations(container, spec, annotations, isTemplate, warner);
    for (const name of ['memory', 'ephemeral-storage']) warnOfAmounts(container.at('resources'), name, isTemplate, warner);
    warnOfVariables(container.at('env'), warner);
  }
  const ports = containers.flatMap((container) => container.at('ports').items());
  warnOfPorts(ports, !isTemplate && spec.at('hostNetwork').isTrue, warner);
  warnOfPortNames(ports, warner);
}

function warnOfAmounts(resources: Place, name: string, isTemplate: boolean, warner: Warner): void {
  const [limit, request] = [resources.at('limits').entry(name), resources.at('requests').entry(name)];
  warnOfFraction(limit, warner);
  // A Pod asks for its limits where it asks for nothing.
  warnOfFraction(isTemplate || request.isSet ? request : limit.as(resources.at('requests'), `[${name}]`), warner);
}

function warnOfAnnotations(container: Place, spec: Place, annotations: Place, isTemplate: boolean, warner: Warner): void {
  const [name, context] = [container.at('name').text, container.at('securityContext')];
  const [seccomp, profile] = [`${SECCOMP}${name}`, `${APPARMOR}${name}`];
  if (!context.at('seccompProfile').isSet && annotations.has(seccomp)) {
    warner.say('deprecated', annotations.entry(seccomp), 'non-functional in v1.27+; use the "seccompProfile" field instead');
  }
  if (context.at('appArmorProfile').isSet || !annotations.has(profile)) return;
  if (!isTemplate && spec.at('os').at('name').text === 'windows') return;
  if (isLikeProfile(annotations.at(profile).text, spec.at('securityContext').at('appArmorProfile'))) return;
  warner.say('deprecated', annotations.entry(profile), 'deprecated since v1.30; use the "appArmorProfile" field instead');
}

/** Whether an annotation says of a container what the pod says of all. */
function isLikeProfile(annotation: string, profile: Place): boolean {
  const [type, local] = [profile.at('type').text, profile.at('localhostProfile')];
  if (!profile.isSet) return false;
  if (annotation === 'unconfined') return type === 'Unconfined' && !local.isSet;
  if (annotation === 'runtime/default') return type === 'RuntimeDefault' && !local.isSet;
  return annotation.startsWith('localhost/') && type === 'Localhost' && local.text !== '' && annotation === `localhost/${local.text}`;
}

function warnOfVariables(variables: Place, warner: Warner): void {
  const seen = new Set<string>();
  for (const variable of variables.items()) {
    const name = variable.at('name').text;
    const value = variable.at('value').text;
    const before = `$(${name})`;
    // One that is made of the earlier one does not lose it.
    const isLost = variable.at('valueFrom').isSet || value === before || !value.includes(before);
    if (seen.has(name) && isLost) {
      warner.say('doubtful', variable, `hides previous definition of ${quoteGo(name)}, which may be dropped when using apply`);
    }
    seen.add(name);
  }
}

interface Port {
  readonly place: Place;
  readonly hostIp: string;
  readonly hostPort: number;
}

function warnOfPorts(places: readonly Place[], isOnHost: boolean, warner: Warner): void {
  const known = new Map<string, Port[]>();
  for (const place of places) {
    const [number, protocol] = [place.at('containerPort').number ?? 0, place.at('protocol').text || 'TCP'];
    const given = place.at('hostPort').number ?? 0;
    // On the network of the node every port is one of the node's.
    const port: Port = { place, hostIp: place.at('hostIP').text, hostPort: given === 0 && isOnHost ? number : given };
    if (port.hostIp !== '' && port.hostPort === 0) {
      const printed = `{Name:${place.at('name').text} HostPort:0 ContainerPort:${number} Protocol:${protocol} HostIP:${port.hostIp}}`;
      warner.say('doubtful', place, `hostIP set without hostPort: ${printed}`);
    }
    const others = getOrAdd(known, `${number}/${protocol}`, () => []);
    for (const other of others) {
      const found = compare(port, other);
      if (found !== undefined) warner.say('doubtful', place, `${found} port definition with ${other.place.field}`);
    }
    others.push(port);
  }
}

function compare(port: Port, other: Port): 'duplicate' | 'overlapping' | 'dangerously ambiguous' | undefined {
  if (port.hostIp === other.hostIp && port.hostPort === other.hostPort) return 'duplicate';
  if (port.hostPort === 0 || other.hostPort === 0) return 'overlapping';
  const isOneOpen = (port.hostIp === '') !== (other.hostIp === '');
  return port.hostPort === other.hostPort && isOneOpen ? 'dangerously ambiguous' : undefined;
}

function warnOfPortNames(places: readonly Place[], warner: Warner): void {
  const known = new Map<string, string>();
  for (const place of places) {
    const name = place.at('name').text;
    const other = known.get(name);
    if (name === '') continue;
    if (other === undefined) known.set(name, place.field);
    else {
      const effect = `services and probes that select ports by name will use ${other}`;
      warner.say('doubtful', place, `duplicate port name ${quoteGo(name)} with ${other}, ${effect}`);
    }
  }
}
