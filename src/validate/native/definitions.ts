import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getAt, getBoolean, getObject, getString, type JsonValue, type Path } from '../../std/index.ts';
import type { Report } from '../problem.ts';
import { failAs, invalid, required, unsupported, type Fail } from './field-error.ts';

const VERSION_FIELDS = [
  'Name',
  'Served',
  'Storage',
  'Deprecated',
  'DeprecationWarning',
  'Schema',
  'Subresources',
  'AdditionalPrinterColumns',
  'SelectableFields',
];

/** What `ValidateCustomResourceDefinition` says of names, versions and the roots of schemas. */
export function checkDefinition(object: KubernetesObject, report: Report): void {
  const fail = failAs('KV0117', report);
  const plural = getString(object, 'spec', 'names', 'plural') ?? '';
  const group = getString(object, 'spec', 'group') ?? '';
  for (const field of ['name', 'generateName']) {
    const name = getString(object.metadata, field) ?? '';
    if (name !== '' && name !== `${plural}.${group}`) fail(['metadata', field], invalid(name, 'must be spec.names.plural+"."+spec.group'));
  }
  const scope = getString(object, 'spec', 'scope') ?? '';
  if (scope !== '' && scope !== 'Cluster' && scope !== 'Namespaced') fail(['spec', 'scope'], unsupported(scope, ['Cluster', 'Namespaced']));
  checkVersions(object, fail);
}

function checkVersions(object: KubernetesObject, fail: Fail): void {
  const versions = getArray(object, 'spec', 'versions');
  if (versions.filter((version) => getBoolean(version, 'storage') === true).length !== 1) {
    const printed = versions.length === 0 ? null : versions.map(printVersion);
    fail(['spec', 'versions'], invalid(printed, 'must have exactly one version marked as storage version'));
  }
  for (const [index, version] of versions.entries()) checkSchema(version, ['spec', 'versions', index], versions.length, fail);
}

function checkSchema(version: JsonValue, path: Path, count: number, fail: Fail): void {
  const schema = getObject(version, 'schema', 'openAPIV3Schema');
  const at = [...path, 'schema', 'openAPIV3Schema'];
  if (schema === undefined) return fail(at, required());
  if ((getString(schema, 'type') ?? '') !== '') return undefined;
  // With a single version the server reports on the form that it keeps it in.
  return fail([...at, 'type'], required('must not be empty at the root'), count === 1 ? 'spec.validation.openAPIV3Schema.type' : undefined);
}

function printVersion(version: JsonValue): JsonValue {
  return Object.fromEntries(
    VERSION_FIELDS.map((name) => {
      const value = getAt(version, name.charAt(0).toLowerCase() + name.slice(1));
      const isFlag = name === 'Served' || name === 'Storage' || name === 'Deprecated';
      return [name, isFlag ? (value ?? false) : name === 'Name' ? (value ?? '') : null];
    }),
  );
}
