import {
  formatRef,
  podTemplateOf,
  refKeyOf,
  refOf,
  type Fact,
  type FieldChange,
  type KubernetesObject,
  type RefKey,
  type World,
} from '../../model/index.ts';
import { fromPointer, sortedUnique } from '../../std/index.ts';
import { listConfigUses, type ConfigUse } from './config-uses.ts';

const WORKLOADS = [
  ['', 'Pod'],
  ['', 'ReplicationController'],
  ['apps', 'DaemonSet'],
  ['apps', 'Deployment'],
  ['apps', 'ReplicaSet'],
  ['apps', 'StatefulSet'],
] as const;

/** A ConfigMap or Secret whose content changes. */
export interface ChangedConfig {
  readonly object: KubernetesObject;
  readonly fields: readonly FieldChange[];
}

/**
 * What a changed config does to the workloads that read it and do not restart in the same plan: environment variables
 * and subPath mounts keep the old value, volumes follow.
 */
export function listConfigEffects({ object, fields }: ChangedConfig, after: World, restarted: ReadonlySet<RefKey>): readonly Fact[] {
  const config = refOf(object);
  const changed = changedKeys(fields);
  if (changed.size === 0 || config.namespace === undefined) return [];
  const { namespace } = config;
  return WORKLOADS.flatMap(([group, kind]) =>
    after
      .kind(group, kind)
      .inNamespace(namespace)
      .flatMap((workload) => {
        if (isOwned(workload) || restarted.has(refKeyOf(workload)) || podTemplateOf(workload) === undefined) return [];
        const uses = listConfigUses(workload).filter((use) => use.kind === config.kind && use.name === config.name && reads(use, changed));
        const fact = toFact(workload, object, uses, fields);
        return fact === undefined ? [] : [fact];
      }),
  );
}

function toFact(
  workload: KubernetesObject,
  config: KubernetesObject,
  uses: readonly ConfigUse[],
  fields: readonly FieldChange[],
): Fact | undefined {
  const stale = sortedUnique(
    uses.filter(({ by }) => by === 'env' || by === 'subPath').map(({ by }) => (by === 'env' ? 'environment' : by)),
  );
  const follows = uses.some(({ by }) => by === 'volume');
  if (stale.length === 0 && !follows) return undefined;
  const [subject, ref] = [refOf(workload), refOf(config)];
  const [field] = fields;
  return {
    engine: 'restart',
    code: stale.length > 0 ? 'KP0202' : 'KP0203',
    severity: 'info',
    key: `${formatRef(subject)} ${formatRef(ref)}`,
    subject,
    data: { workload: formatRef(subject), config: formatRef(ref), ...(stale.length > 0 ? { use: stale } : {}) },
    objects: [{ ref, ...(field === undefined ? {} : { path: field.path }) }],
  };
}

/** The keys of `data` and `binaryData` that change; `*` where all of them do. */
function changedKeys(fields: readonly FieldChange[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { path } of fields) {
    const [field, key] = fromPointer(path);
    if (field === 'data' || field === 'binaryData') keys.add(key ?? '*');
  }
  return keys;
}

function reads(use: ConfigUse, changed: ReadonlySet<string>): boolean {
  return use.keys === undefined || changed.has('*') || use.keys.some((key) => changed.has(key));
}

function isOwned(workload: KubernetesObject): boolean {
  const owners = workload.metadata['ownerReferences'];
  return Array.isArray(owners) && owners.length > 0;
}
