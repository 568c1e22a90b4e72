import { containersOf } from '../../model/index.ts';
import { getNumber, getObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { judgePortName } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { failAs, forbidden, invalid, isPort, NON_NEGATIVE, PORT_RANGE, required, type Fail } from './field-error.ts';

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const HOOK_HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'sleep'];
const SECONDS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];

/** What `validateProbe` and `validateLifecycle` say. */
export function checkProbes(spec: JsonObject, path: Path, report: Report): void {
  const fail = failAs('KV0111', report);
  for (const { container, path: own } of containersOf(spec)) {
    const at = [...path, ...own];
    for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
      const probe = getObject(container, field);
      if (probe !== undefined) checkProbe(probe, field, [...at, field], fail);
    }
    for (const hook of ['postStart', 'preStop']) {
      const handler = getObject(container, 'lifecycle', hook);
      if (handler !== undefined) checkHandlers(handler, HOOK_HANDLERS, [...at, 'lifecycle', hook], fail);
    }
  }
}

function checkProbe(probe: JsonObject, field: string, path: Path, fail: Fail): void {
  checkHandlers(probe, HANDLERS, path, fail);
  for (const name of SECONDS) {
    const value = getNumber(probe, name);
    if (value !== undefined && value < 0) fail([...path, name], invalid(value, NON_NEGATIVE));
  }
  const threshold = getNumber(probe, 'successThreshold') ?? 0;
  if (field !== 'readinessProbe' && threshold !== 0 && threshold !== 1)
    fail([...path, 'successThreshold'], invalid(threshold, 'must be 1'));
}

function checkHandlers(probe: JsonObject, handlers: readonly string[], path: Path, fail: Fail): void {
  const given = handlers.filter((name) => (probe[name] ?? null) !== null);
  if (given.length === 0) fail(path, required('must specify a handler type'));
  for (const extra of given.slice(1)) fail([...path, extra], forbidden('may not specify more than 1 handler type'));
  for (const handler of given) {
    const target = getObject(probe, handler);
    if (handler !== 'exec' && handler !== 'sleep' && target !== undefined) checkPort(target['port'], [...path, handler, 'port'], fail);
    if (handler === 'exec' && Array.isArray(target?.['command']) && target['command'].length === 0)
      fail([...path, 'exec', 'command'], required());
  }
}

/** The words of `ValidatePortNumOrName`. */
export function checkPort(port: JsonValue | undefined, path: Path, fail: Fail): void {
  if (typeof port === 'number' && !isPort(port)) fail(path, invalid(port, PORT_RANGE));
  if (typeof port !== 'string' || port === '') return;
  for (const reason of judgePortName(port)) fail(path, invalid(port, reason));
}
