import { nameOf, namespaceOf, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getBoolean, getObject, getString, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { judgeSource, listUnknown, toUnitName, type FollowedSource, type FoundUnit } from './found-unit.ts';

/** Fields of a Flux Kustomization (kustomize.toolkit.fluxcd.io/v1) that say what is applied as no unit can: it is none then. */
const CONTENTS: readonly string[] = [
  'commonMetadata',
  'components',
  'decryption',
  'images',
  'kubeConfig',
  'namePrefix',
  'nameSuffix',
  'patches',
  'postBuild',
];
const KNOWN: readonly string[] = [
  'deletionPolicy',
  'dependsOn',
  'force',
  'healthChecks',
  'interval',
  'path',
  'prune',
  'retryInterval',
  'serviceAccountName',
  'sourceRef',
  'suspend',
  'targetNamespace',
  'timeout',
  'wait',
];

/**
 * A Flux Kustomization as a unit: what it applies and how, as far as units can. Its GitRepository must be the source that is followed, at
 * the revision that is. Fields of other managers are taken, as Flux does.
 */
export function readFluxUnit(
  object: KubernetesObject,
  place: string,
  repositories: ReadonlyMap<string, KubernetesObject>,
  followed: FollowedSource,
): FoundUnit {
  const spec = getObject(object, 'spec');
  const [namespace, name] = [namespaceOf(object) ?? '', nameOf(object)];
  const subject = `Kustomization ${namespace === '' ? '' : `${namespace}/`}${name} (${place})`;
  const fault = findSourceFault(spec, namespace, repositories, followed) ?? findContents(spec);
  if (fault !== undefined) return { subject, place, problems: [fault] };
  const account = getString(spec, 'serviceAccountName');
  const value: JsonObject = {
    name: toUnitName(namespace, name),
    path: toPath(getString(spec, 'path')),
    force: true,
    prune: getBoolean(spec, 'prune') ?? false,
    ...pick(spec, 'suspend', 'suspend'),
    ...pick(spec, 'interval', 'interval'),
    ...pick(spec, 'timeout', 'timeout'),
    ...pick(spec, 'targetNamespace', 'namespace'),
    ...(getString(spec, 'retryInterval') === undefined ? {} : { retry: { ...pick(spec, 'retryInterval', 'backoff') } }),
    ...(account === undefined ? {} : { serviceAccount: `${namespace === '' ? 'flux-system' : namespace}/${account}` }),
    ...list(
      'dependsOn',
      getArray(spec, 'dependsOn').map((other) => toUnitName(getString(other, 'namespace') ?? namespace, getString(other, 'name') ?? '')),
    ),
    ...list('healthChecks', getArray(spec, 'healthChecks').map(toHealthCheck)),
  };
  return { subject, place, value, problems: [...listLeftOut(spec)] };
}

function findSourceFault(
  spec: JsonObject | undefined,
  namespace: string,
  repositories: ReadonlyMap<string, KubernetesObject>,
  followed: FollowedSource,
): string | undefined {
  const kind = getString(spec, 'sourceRef', 'kind') ?? '';
  if (kind !== 'GitRepository') return `its source is of kind ${kind === '' ? 'none' : kind}, not GitRepository`;
  const key = `${getString(spec, 'sourceRef', 'namespace') ?? namespace}/${getString(spec, 'sourceRef', 'name') ?? ''}`;
  const source = getObject(repositories.get(key), 'spec');
  if (source === undefined) return `its GitRepository ${key} is not in the repository`;
  const unread = listUnknown(source, ['gitImplementation', 'interval', 'ref', 'secretRef', 'timeout', 'url', 'provider', 'proxySecretRef']);
  if (unread.length > 0) return `its GitRepository ${key} says ${unread.join(', ')}`;
  return judgeSource(followed, { url: getString(source, 'url') ?? '', revision: toRevision(getObject(source, 'ref')) });
}

/** As Flux prefers: a commit, a name, a range, a tag, a branch. Without any it is the branch `master`. */
function toRevision(ref: JsonObject | undefined): string {
  const semver = getString(ref, 'semver');
  const named = getString(ref, 'commit') ?? getString(ref, 'name') ?? (semver === undefined ? undefined : `semver:${semver}`);
  return named ?? getString(ref, 'tag') ?? getString(ref, 'branch') ?? 'master';
}

function findContents(spec: JsonObject | undefined): string | undefined {
  const said = CONTENTS.filter((field) => spec?.[field] !== undefined);
  return said.length === 0 ? undefined : `its ${said.join(', ')} would not be applied`;
}

function listLeftOut(spec: JsonObject | undefined): readonly string[] {
  const unknown = listUnknown(spec, [...KNOWN, ...CONTENTS]);
  const target = getString(spec, 'targetNamespace');
  return [
    ...(unknown.length === 0 ? [] : [`its ${unknown.join(', ')} counts for nothing`]),
    ...(getBoolean(spec, 'force') === true ? ['force: objects are made anew only as a plan says'] : []),
    ...(target === undefined ? [] : [`targetNamespace ${target} is only for objects that name no namespace`]),
  ];
}

function toHealthCheck(check: JsonValue): JsonObject {
  return {
    ...pick(check, 'apiVersion', 'apiVersion'),
    ...pick(check, 'kind', 'kind'),
    ...pick(check, 'namespace', 'namespace'),
    ...pick(check, 'name', 'name'),
  };
}

function toPath(path = '.'): string {
  return path.replace(/^\.?\/+/, '') || '.';
}

function pick(value: JsonValue | undefined, from: string, to: string): JsonObject {
  const found = getString(value, from) ?? getBoolean(value, from);
  return found === undefined ? {} : { [to]: found };
}

function list(name: string, items: readonly JsonValue[]): JsonObject {
  return items.length === 0 ? {} : { [name]: [...items] };
}
