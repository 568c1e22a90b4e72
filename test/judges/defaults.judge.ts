import { gvkOf, isKubernetesObject, parseQuantity, type Kind, type SchemaCatalog } from '../../src/model/index.ts';
import { defaultObject } from '../../src/model/schema/index.ts';
import { isArray, isObject, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { groupByKind, listBases } from './bases.ts';
import { folderOf, type Client } from './client.ts';
import { withoutFields } from './compact.ts';
import type { Comparison, Judge, Setting, Trial } from './judge.ts';
import { addField, dropField } from './mutate.ts';
import { readGadgetDefinition, GADGETS } from './objects.ts';

const NAMESPACE = 'judged-defaults';

/** Kinds of which enough random objects are taken by the server. */
const BRANCHES: readonly string[] = [
  'CSIDriver',
  'CSINode',
  'ClusterRole',
  'ClusterRoleBinding',
  'ConfigMap',
  'ControllerRevision',
  'CronJob',
  'CustomResourceDefinition',
  'DaemonSet',
  'Deployment',
  'DeviceClass',
  'EndpointSlice',
  'Endpoints',
  'FlowSchema',
  'Gadget',
  'HorizontalPodAutoscaler',
  'Ingress',
  'IngressClass',
  'Job',
  'Lease',
  'LimitRange',
  'MutatingWebhookConfiguration',
  'Namespace',
  'NetworkPolicy',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'PodDisruptionBudget',
  'PodTemplate',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'ReplicaSet',
  'ReplicationController',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ResourceQuota',
  'Role',
  'RoleBinding',
  'RuntimeClass',
  'Secret',
  'Service',
  'ServiceAccount',
  'StatefulSet',
  'StorageClass',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
];

/** Whether `defaultObject` fills in what the API server does, where some optional fields are left out and others are there. */
export const defaultsJudge: Judge = { subject: 'defaulting', cases: 5000, parallel: 8, branches: BRANCHES, prepare };

async function prepare({ client, catalog, random }: Setting): Promise<Trial> {
  await client.createNamespace(NAMESPACE);
  const definition = readGadgetDefinition();
  await client.define(definition, GADGETS);
  const known = catalog.withCustomResources([definition]);
  const bases = groupByKind(listBases(known, NAMESPACE, random).filter(({ kind }) => !UNLIKE.has(kind.kind)));
  return {
    generate(random) {
      const { kind, object } = random.pick(random.pick(bases));
      const dropped = random.list(random.below(4), () => 0).reduce<JsonObject>((left) => dropField(left, random), object);
      return random.list(random.below(3), () => 0).reduce<JsonObject>((more) => addField(more, kind.schema, random), dropped);
    },
    compare: (input) => compare(input, known, client),
  };
}

/** Kinds of whose answer the most is no defaulting: conditions, accepted names, who has asked. */
const UNLIKE = new Set(['APIService', 'CertificateSigningRequest', 'Event']);

async function compare(input: JsonValue, catalog: SchemaCatalog, client: Client): Promise<Comparison | undefined> {
  if (!isKubernetesObject(input)) return undefined;
  const kind = catalog.find(gvkOf(input));
  if (kind === undefined) return undefined;
  const answer = await client.send('POST', `${folderOf(kind, NAMESPACE)}?dryRun=All&fieldValidation=Ignore`, input);
  if (answer.status === 409) return undefined;
  if (answer.status >= 300) return { coverage: ['(refused)'], isCompared: false };
  const ours = comparable(defaultObject(input, catalog), kind);
  const servers = comparable(answer.body, kind);
  const path = findUnlike(input, ours, servers, '');
  if (path === undefined) return { coverage: [kind.kind] };
  const difference = {
    signature: `${kind.kind} ${kind.group}/${kind.version} differs at ${path}`,
    ours: stringifyJson(ours),
    servers: stringifyJson(servers),
  };
  return { coverage: [kind.kind], difference };
}

/** What the storage strategies, allocators and conversions of a server add or take away, by kind. */
const ALLOCATED: Readonly<Record<string, readonly string[]>> = {
  Job: ['selector'],
  Namespace: ['finalizers'],
  Secret: ['data', 'stringData'],
  ServiceAccount: ['secrets'],
  Service: ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'externalTrafficPolicy', 'healthCheckNodePort'],
};

/** What strategies write, wherever it stands. */
const WRITTEN = [
  'job-name',
  'batch.kubernetes.io/job-name',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'nodePort',
  'phase',
  'deprecated.daemonset.template.generation',
];

function comparable(object: JsonObject, kind: Kind): JsonObject {
  const { metadata: _, spec, ...rest } = withoutFields(object, 'status');
  const given = ALLOCATED[kind.kind] ?? [];
  const kept = isObject(spec) ? withoutFields(spec, ...given) : spec;
  return { ...withoutFields(rest, ...given), ...(kept === undefined ? {} : { spec: kept }) };
}

/**
 * The first path at which kplan and the server differ. Empty values of the input may be absent in the server's answer or not,
 * as Go declares the field; quantities may be spelt otherwise.
 */
function findUnlike(
  input: JsonValue | undefined,
  ours: JsonValue | undefined,
  servers: JsonValue | undefined,
  path: string,
): string | undefined {
  if (isArray(ours) && isArray(servers)) {
    if (ours.length !== servers.length) return `${path}[] (lengths)`;
    return firstOf(ours.keys(), (index) => findUnlike(isArray(input) ? input[index] : undefined, ours[index], servers[index], `${path}[]`));
  }
  if (isObject(ours) && isObject(servers)) {
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(servers)])].filter((key) => !WRITTEN.includes(key));
    return firstOf(keys, (key) => findUnlike(isObject(input) ? input[key] : undefined, ours[key], servers[key], `${path}.${key}`));
  }
  if (ours === servers || isSameQuantity(ours, servers)) return undefined;
  if (isEmpty(ours) && isEmpty(servers) && (isContainer(ours) || isContainer(servers))) return undefined;
  if (servers === undefined)
    return isEmpty(ours) && (input !== undefined || ours === '')
      ? undefined
      : `${path} (${input === undefined ? 'only kplan has it' : 'the server drops what was given'})`;
  if (ours === undefined) return isEmpty(servers) ? undefined : `${path} (only the server has it)`;
  return path;
}

function firstOf<K>(keys: Iterable<K>, find: (key: K) => string | undefined): string | undefined {
  for (const key of keys) {
    const found = find(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isSameQuantity(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if ((typeof a !== 'string' && typeof a !== 'number') || typeof b !== 'string') return false;
  const amount = parseQuantity(a);
  return amount !== undefined && amount === parseQuantity(b);
}

function isContainer(value: JsonValue | undefined): boolean {
  return isArray(value) || isObject(value);
}

/** Whether a value says nothing; what strategies write does not count. */
function isEmpty(value: JsonValue | undefined): boolean {
  if (isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.entries(value).every(([key, item]) => WRITTEN.includes(key) || isEmpty(item));
  return value === null || value === undefined || value === '' || value === 0 || value === false;
}
