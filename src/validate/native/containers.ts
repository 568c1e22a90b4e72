import { containersOf, type ContainerEntry } from '../../model/index.ts';
import { getArray, getNumber, getObject, getString, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { judgeConfigKey, judgeEnvironmentName, judgeLabel, judgePortName, judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { duplicate, failAs, invalid, isPort, PORT_RANGE, required, type Fail } from './field-error.ts';

/** What `ValidatePodSpec` says of containers: that there are some, their names, images, ports and environment. */
export function checkContainers(spec: JsonObject, path: Path, hostNetwork: boolean, report: Report): void {
  const fail = failAs('KV0113', report);
  if (Array.isArray(spec['containers']) && spec['containers'].length === 0) fail([...path, 'containers'], required());
  if (spec['containers'] === null) fail([...path, 'containers'], required());
  const names = new Set<string>();
  for (const entry of inServerOrder(containersOf(spec))) {
    const at = [...path, ...entry.path];
    checkName(entry, names, at, fail);
    if ((getString(entry.container, 'image') ?? '') === '' && !isNamed(entry.container['image'])) fail([...at, 'image'], required());
    checkPorts(entry.container, at, hostNetwork, report);
    checkEnvironment(entry.container, at, failAs('KV0118', report));
  }
}

/** Init containers are compared with the names of the main ones, so these come first. */
function inServerOrder(entries: readonly ContainerEntry[]): readonly ContainerEntry[] {
  return [...entries.filter(({ type }) => type === 'container'), ...entries.filter(({ type }) => type !== 'container')];
}

function isNamed(image: JsonValue | undefined): boolean {
  return image !== undefined && image !== null && image !== '' && typeof image !== 'string';
}

function checkName({ container }: ContainerEntry, names: Set<string>, path: Path, fail: Fail): void {
  const name = getString(container, 'name');
  if (name === undefined || name === '') return;
  for (const reason of judgeLabel(name)) fail([...path, 'name'], invalid(name, reason));
  if (names.has(name)) fail([...path, 'name'], duplicate(name));
  names.add(name);
}

function checkPorts(container: JsonObject, path: Path, hostNetwork: boolean, report: Report): void {
  const fail = failAs('KV0103', report);
  const names = new Set<string>();
  for (const [index, port] of getArray(container, 'ports').entries()) {
    const at = [...path, 'ports', index];
    const name = getString(port, 'name') ?? '';
    for (const reason of name === '' ? [] : judgePortName(name)) fail([...at, 'name'], invalid(name, reason));
    if (name !== '' && names.has(name)) fail([...at, 'name'], duplicate(name));
    names.add(name);
    const number = getNumber(port, 'containerPort');
    if (number === 0) fail([...at, 'containerPort'], required());
    else if (number !== undefined && !isPort(number)) fail([...at, 'containerPort'], invalid(number, PORT_RANGE));
    checkHostPort(getNumber(port, 'hostPort') ?? 0, number, hostNetwork, [...at, 'hostPort'], fail);
  }
}

function checkHostPort(hostPort: number, containerPort: number | undefined, hostNetwork: boolean, path: Path, fail: Fail): void {
  if (hostPort === 0) return;
  if (!isPort(hostPort)) fail(path, invalid(hostPort, PORT_RANGE));
  if (hostNetwork && hostPort !== containerPort) fail(path, invalid(hostPort, 'must match `containerPort` when `hostNetwork` is true'));
}

function checkEnvironment(container: JsonObject, path: Path, fail: Fail): void {
  for (const [index, item] of getArray(container, 'env').entries()) {
    const at = [...path, 'env', index];
    const name = getString(item, 'name') ?? '';
    for (const reason of name === '' ? [] : judgeEnvironmentName(name)) fail([...at, 'name'], invalid(name, reason));
    const source = getObject(item, 'valueFrom');
    if (source === undefined) continue;
    if ((getString(item, 'value') ?? '') !== '') fail([...at, 'valueFrom'], invalid('', 'may not be specified when `value` is not empty'));
    checkSource(source, [...at, 'valueFrom'], fail);
  }
}

function checkSource(source: JsonObject, path: Path, fail: Fail): void {
  const kinds = Object.keys(source).filter((key) => source[key] !== null);
  if (kinds.length === 0)
    return fail(
      path,
      invalid('', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'),
    );
  if (kinds.length > 1) return fail(path, invalid('', 'may not have more than one field specified at a time'));
  for (const kind of ['configMapKeyRef', 'secretKeyRef']) {
    const reference = getObject(source, kind);
    if (reference === undefined) continue;
    const name = getString(reference, 'name') ?? '';
    for (const reason of judgeSubdomain(name)) fail([...path, kind, 'name'], invalid(name, reason));
    const key = getString(reference, 'key') ?? '';
    for (const reason of key === '' ? [] : judgeConfigKey(key)) fail([...path, kind, 'key'], invalid(key, reason));
  }
  return undefined;
}
