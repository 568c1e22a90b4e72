import { containersOf } from '../../model/index.ts';
import { getArray, getObject, getString, isObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { judgeLabel } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { duplicate, failAs, forbidden, invalid, notFound, required, type Fail } from './field-error.ts';

/** What `ValidateVolumes` and `ValidateVolumeMounts` say. `provided` are volumes that the workload adds: claim templates. */
export function checkVolumes(spec: JsonObject, path: Path, provided: readonly string[], report: Report): void {
  const fail = failAs('KV0104', report);
  const names = new Set<string>();
  for (const [index, volume] of getArray(spec, 'volumes').entries()) checkVolume(volume, [...path, 'volumes', index], names, fail);
  for (const name of provided) names.add(name);
  for (const { container, path: own } of containersOf(spec)) {
    checkMounts(container, [...path, ...own], names, fail);
    checkDevices(container, [...path, ...own], names, fail);
  }
}

function checkVolume(volume: JsonValue, path: Path, names: Set<string>, fail: Fail): void {
  if (!isObject(volume)) return;
  const name = getString(volume, 'name') ?? '';
  for (const reason of name === '' ? [] : judgeLabel(name)) fail([...path, 'name'], invalid(name, reason));
  if (name !== '' && names.has(name)) fail([...path, 'name'], duplicate(name));
  names.add(name);
  for (const kind of ['configMap', 'secret'] as const) {
    const source = getObject(volume, kind);
    const field = kind === 'secret' ? 'secretName' : 'name';
    if (source !== undefined && (getString(source, field) ?? '') === '') fail([...path, kind, field], required());
  }
  const sources = Object.keys(volume).filter((key) => key !== 'name' && (volume[key] ?? null) !== null);
  for (const extra of sources.slice(1)) fail([...path, extra], forbidden('may not specify more than 1 volume type'));
}

function checkMounts(container: JsonObject, path: Path, names: ReadonlySet<string>, fail: Fail): void {
  const places = new Set<string>();
  for (const [index, mount] of getArray(container, 'volumeMounts').entries()) {
    const at = [...path, 'volumeMounts', index];
    const name = getString(mount, 'name');
    if (name !== undefined && !names.has(name)) fail([...at, 'name'], notFound(name));
    const place = getString(mount, 'mountPath') ?? '';
    if (place !== '' && places.has(place)) fail([...at, 'mountPath'], invalid(place, 'must be unique'));
    places.add(place);
  }
}

function checkDevices(container: JsonObject, path: Path, names: ReadonlySet<string>, fail: Fail): void {
  for (const [index, device] of getArray(container, 'volumeDevices').entries()) {
    const name = getString(device, 'name');
    if (name !== undefined && !names.has(name)) fail([...path, 'volumeDevices', index, 'name'], notFound(name));
  }
}
