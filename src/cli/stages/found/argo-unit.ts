import { nameOf, namespaceOf, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getBoolean, getNumber, getObject, getString, type JsonObject } from '../../../std/index.ts';
import { judgeSource, listUnknown, toUnitName, type FollowedSource, type FoundUnit } from './found-unit.ts';

const SOURCE: readonly string[] = ['path', 'repoURL', 'targetRevision'];
const SPEC: readonly string[] = ['destination', 'info', 'project', 'revisionHistoryLimit', 'source', 'syncPolicy'];
const OWN_CLUSTER = 'https://kubernetes.default.svc';
/** Options of a sync that every unit has anyway. */
const OPTIONS: readonly string[] = [
  'ServerSideApply=true',
  'ApplyOutOfSyncOnly=true',
  'PruneLast=true',
  'PrunePropagationPolicy=background',
];

/**
 * An Argo CD Application as a unit: what it applies and how, as far as units can. It must have one source, a path of the
 * repository that is followed, at the revision that is. Fields of other managers are taken, as Argo CD does; one that is not synced
 * automatically is suspended.
 */
export function readArgoUnit(object: KubernetesObject, place: string, followed: FollowedSource): FoundUnit {
  const spec = getObject(object, 'spec');
  const [namespace, name] = [namespaceOf(object) ?? '', nameOf(object)];
  const subject = `Application ${namespace === '' ? '' : `${namespace}/`}${name} (${place})`;
  const fault = findFault(spec, followed);
  if (fault !== undefined) return { subject, place, problems: [fault] };
  const automated = getObject(spec, 'syncPolicy', 'automated');
  const isAutomated = automated !== undefined && getBoolean(automated, 'enabled') !== false;
  const target = getString(spec, 'destination', 'namespace');
  const value: JsonObject = {
    name: toUnitName(namespace, name),
    path: (getString(spec, 'source', 'path') ?? '.').replace(/^\.?\/+/, '') || '.',
    force: true,
    suspend: !isAutomated,
    prune: getBoolean(automated, 'prune') ?? false,
    ...(target === undefined || target === '' ? {} : { namespace: target }),
    ...toRetry(getObject(spec, 'syncPolicy', 'retry')),
  };
  return { subject, place, value, problems: listLeftOut(spec, isAutomated) };
}

function findFault(spec: JsonObject | undefined, followed: FollowedSource): string | undefined {
  const source = getObject(spec, 'source');
  if (source === undefined) return spec?.['sources'] === undefined ? 'it names no source' : 'it has several sources';
  const unread = listUnknown(source, SOURCE).filter((field) => !isRecursive(source, field));
  if (unread.length > 0) return `its source says ${unread.join(', ')}, which would not be applied`;
  if (spec?.['ignoreDifferences'] !== undefined) return 'its ignoreDifferences would be taken for drift';
  const server = getString(spec, 'destination', 'server');
  const cluster = getString(spec, 'destination', 'name') ?? '';
  if (!['', 'in-cluster'].includes(cluster) || (server !== undefined && server !== OWN_CLUSTER))
    return `it is for another cluster, ${cluster === '' ? (server ?? '') : cluster}`;
  const revision = getString(source, 'targetRevision') ?? '';
  return judgeSource(followed, { url: getString(source, 'repoURL') ?? '', revision: revision === 'HEAD' ? '' : revision });
}

/** A folder is read with those in it. */
function isRecursive(source: JsonObject, field: string): boolean {
  const directory = getObject(source, 'directory');
  return field === 'directory' && getBoolean(directory, 'recurse') === true && Object.keys(directory ?? {}).length === 1;
}

function toRetry(retry: JsonObject | undefined): JsonObject {
  const limit = getNumber(retry, 'limit');
  const [backoff, maxBackoff] = ['duration', 'maxDuration'].map((field) => getString(retry, 'backoff', field));
  const value: JsonObject = {
    ...(limit === undefined || limit < 0 ? {} : { limit }),
    ...(backoff === undefined ? {} : { backoff }),
    ...(maxBackoff === undefined ? {} : { maxBackoff }),
  };
  return Object.keys(value).length === 0 ? {} : { retry: value };
}

function listLeftOut(spec: JsonObject | undefined, isAutomated: boolean): readonly string[] {
  const unknown = listUnknown(spec, SPEC);
  const options = getArray(spec, 'syncPolicy', 'syncOptions')
    .filter((option) => typeof option === 'string')
    .filter((option) => !OPTIONS.includes(option));
  const heals = getBoolean(spec, 'syncPolicy', 'automated', 'selfHeal') === true;
  return [
    ...(isAutomated ? [] : ['it is not synced automatically: suspended']),
    ...(isAutomated && !heals ? ['selfHeal: what others change is changed back all the same'] : []),
    ...(options.length === 0 ? [] : [`the options ${options.join(', ')} count for nothing`]),
    ...(unknown.length === 0 ? [] : [`its ${unknown.join(', ')} counts for nothing`]),
  ];
}
