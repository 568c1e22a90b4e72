import { judgePortName } from '../../object/names.ts';
import { isPort, PORT_RANGE } from '../field-error.ts';
import type { Place } from '../place.ts';

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const HOOK_HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'sleep'];
const SECONDS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];
const HTTP_HEADER = /^[-A-Za-z0-9]+$/;
const HTTP_HEADER_WORDS =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

/** How a pod ends, which hooks are held to. */
export interface Ending {
  readonly graceSeconds: number;
}

/** `validateLifecycle` and `validateProbe`, of containers that run until they are ended. */
export function checkProbes(container: Place, ending: Ending): void {
  checkHooks(container.at('lifecycle'), ending);
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (container.at(field).isSet) checkProbe(container.at(field), field, ending);
  }
}

function checkHooks(lifecycle: Place, ending: Ending): void {
  for (const hook of lifecycle.given(['postStart', 'preStop'])) checkHandlers(lifecycle.at(hook), HOOK_HANDLERS, ending);
}

function checkProbe(probe: Place, field: string, ending: Ending): void {
  checkHandlers(probe, HANDLERS, ending);
  for (const name of SECONDS) probe.at(name).atLeast(0);
  const [threshold, grace] = [probe.at('successThreshold'), probe.at('terminationGracePeriodSeconds')];
  if (grace.number !== undefined && grace.number <= 0) grace.invalid('must be greater than 0');
  if (field === 'readinessProbe') {
    if (grace.isSet) grace.invalid('must not be set for readinessProbes');
  } else if (threshold.number !== undefined && threshold.number !== 0 && threshold.number !== 1) threshold.invalid('must be 1');
}

function checkHandlers(owner: Place, handlers: readonly string[], ending: Ending): void {
  const [first, ...others] = owner.given(handlers);
  for (const name of others) owner.at(name).forbidden('may not specify more than 1 handler type');
  if (first === undefined) return owner.required('must specify a handler type');
  const handler = owner.at(first);
  if (first === 'exec') return checkCommand(handler.at('command'));
  if (first === 'sleep') return checkSleep(handler.at('seconds'), handler, ending);
  checkPort(handler.at('port'));
  if (first !== 'httpGet') return undefined;
  handler.at('scheme').oneOfIfAny(['HTTP', 'HTTPS']);
  for (const header of handler.at('httpHeaders').items()) {
    const name = header.at('name').as(handler, '.httpHeaders');
    if (!HTTP_HEADER.test(name.text)) name.invalid(HTTP_HEADER_WORDS, name.text);
  }
  return undefined;
}

function checkCommand(command: Place): void {
  if (command.items().length === 0) command.required();
}

function checkSleep(seconds: Place, handler: Place, { graceSeconds }: Ending): void {
  const { number = 0 } = seconds;
  if (number >= 0 && number <= graceSeconds) return;
  handler.invalid(`must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`, seconds.value ?? 0);
}

/** `ValidatePortNumOrName`. */
export function checkPort(port: Place): void {
  const { number, value } = port;
  if (number !== undefined && !isPort(number)) port.invalid(PORT_RANGE);
  if (typeof value === 'string') port.judgedEvenEmpty(judgePortName);
}
