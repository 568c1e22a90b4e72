import { containersOf, podTemplateOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getString, type JsonObject, type JsonValue } from '../../std/index.ts';

/** How a workload's pods read a ConfigMap or Secret. */
export interface ConfigUse {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  /** `env` and `subPath` are read once, when the container starts; a `volume` follows; `pull` is read by the kubelet. */
  readonly by: 'env' | 'subPath' | 'volume' | 'pull';
  /** The keys that are read; absent where all are. */
  readonly keys?: readonly string[];
}

const KINDS = [
  { kind: 'ConfigMap', field: 'configMap', ref: 'configMapRef', keyRef: 'configMapKeyRef', name: 'name' },
  { kind: 'Secret', field: 'secret', ref: 'secretRef', keyRef: 'secretKeyRef', name: 'secretName' },
] as const;

/** Every ConfigMap and Secret that the pods of a workload read, and how. */
export function listConfigUses(object: KubernetesObject): readonly ConfigUse[] {
  const spec = podTemplateOf(object)?.spec;
  if (spec === undefined) return [];
  const uses: ConfigUse[] = getArray(spec, 'imagePullSecrets').flatMap((item) => toUse('Secret', getString(item, 'name'), 'pull'));
  for (const { container } of containersOf(spec)) uses.push(...listEnvironmentUses(container));
  for (const volume of getArray(spec, 'volumes')) uses.push(...listVolumeUses(volume, spec));
  return uses;
}

function listEnvironmentUses(container: JsonObject): readonly ConfigUse[] {
  return KINDS.flatMap(({ kind, ref, keyRef }) => [
    ...getArray(container, 'envFrom').flatMap((item) => toUse(kind, getString(item, ref, 'name'), 'env')),
    ...getArray(container, 'env').flatMap((item) => {
      const key = getString(item, 'valueFrom', keyRef, 'key');
      return toUse(kind, getString(item, 'valueFrom', keyRef, 'name'), 'env', key === undefined ? undefined : [key]);
    }),
  ]);
}

function listVolumeUses(volume: JsonValue, spec: JsonObject): readonly ConfigUse[] {
  const by = isMountedWhole(getString(volume, 'name') ?? '', spec) ? 'volume' : 'subPath';
  return KINDS.flatMap(({ kind, field, name }) => [
    ...toUse(kind, getString(volume, field, name), by, listKeys(volume, field)),
    ...getArray(volume, 'projected', 'sources').flatMap((source) =>
      toUse(kind, getString(source, field, 'name'), by, listKeys(source, field)),
    ),
  ]);
}

function listKeys(source: JsonValue, field: string): readonly string[] | undefined {
  const keys = getArray(source, field, 'items').flatMap((item) => getString(item, 'key') ?? []);
  return keys.length === 0 ? undefined : keys;
}

/** False if any container mounts a single path of the volume: such a mount keeps the file that it found. */
function isMountedWhole(volume: string, spec: JsonObject): boolean {
  const mounts = containersOf(spec).flatMap(({ container }) => getArray(container, 'volumeMounts'));
  return !mounts.some(
    (mount) => getString(mount, 'name') === volume && (getString(mount, 'subPath') ?? getString(mount, 'subPathExpr') ?? '') !== '',
  );
}

function toUse(kind: ConfigUse['kind'], name: string | undefined, by: ConfigUse['by'], keys?: readonly string[]): readonly ConfigUse[] {
  return name === undefined || name === '' ? [] : [{ kind, name, by, ...(keys === undefined ? {} : { keys }) }];
}
