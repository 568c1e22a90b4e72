import { isArray, isObject, type JsonArray, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

const STRANGE: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  -0,
  1e21,
  1e308,
  2_147_483_648,
  9_007_199_254_740_993n,
  -9_223_372_036_854_775_808n,
  99_999_999_999_999_999_999n,
  '',
  ' ',
  '0',
  '-1',
  'true',
  'null',
  '1e3',
  '10Gi',
  '1.5m',
  '-5Mi',
  '1e100Ei',
  'NaN',
  'a',
  'A_',
  '-a',
  'a.b/c',
  'a/b/c',
  '/',
  '.',
  '..',
  '../..',
  '*',
  '100%',
  '0%',
  '-1%',
  '101%',
  '10.0.0.0/8',
  '10.0.0.0/99',
  '::1',
  'fe80::/10',
  '256.1.1.1',
  '\u0000',
  '\ud800',
  '😀',
  'e\u0301',
  '\u202e',
  'x'.repeat(300),
  'x'.repeat(70_000),
  '2026-01-01T00:00:00Z',
  'yesterday',
  '1h',
  'P1D',
  'Always',
  'In',
  'Exists',
  'NotIn',
  'UDP',
  'SCTP',
  'http',
  'default',
  'kube-system',
  'v1',
  'apps/v1',
  'a/b/c',
  'Deployment',
  'List',
  'CustomResourceDefinition',
  [],
  {},
  [[]],
  [{}],
  [null],
  { '': '' },
  { a: null },
  { name: null },
  ['a', 'a'],
  [1, '1'],
  [{ name: 'a' }, { name: 'a' }],
  JSON.parse('{"__proto__": {"a": 1}, "constructor": 1, "hasOwnProperty": "x"}'),
  '(a+)+$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '[',
  '(?<=x)',
  '\\p{L}+',
];

/** Names that mean something to someone who reads objects. */
const NAMES = [
  'name',
  'namespace',
  'metadata',
  'spec',
  'status',
  'labels',
  'annotations',
  'selector',
  'matchLabels',
  'matchExpressions',
  'key',
  'operator',
  'values',
  'containers',
  'initContainers',
  'ephemeralContainers',
  'ports',
  'port',
  'targetPort',
  'containerPort',
  'protocol',
  'env',
  'valueFrom',
  'resources',
  'requests',
  'limits',
  'cpu',
  'memory',
  'volumes',
  'replicas',
  'template',
  'rules',
  'subjects',
  'roleRef',
  'apiGroups',
  'resources',
  'verbs',
  'ingress',
  'egress',
  'from',
  'to',
  'ipBlock',
  'cidr',
  'except',
  'podSelector',
  'namespaceSelector',
  'policyTypes',
  'affinity',
  'tolerations',
  'topologySpreadConstraints',
  'nodeSelector',
  'data',
  'stringData',
  'binaryData',
  'items',
  'apiVersion',
  'kind',
  'finalizers',
  'ownerReferences',
  'managedFields',
  'generateName',
  'uid',
  'resourceVersion',
  'deletionTimestamp',
  'creationTimestamp',
  'type',
  'schedule',
  'minAvailable',
  'maxUnavailable',
  'strategy',
  'rollingUpdate',
  'volumeClaimTemplates',
  'accessModes',
  'storageClassName',
  'schema',
  'openAPIV3Schema',
  'properties',
  'versions',
  'scope',
  'names',
];

/** A value with one to five of its parts swapped, dropped, doubled, moved or made strange; types change freely. */
export function mutateValue(value: JsonValue, random: Random): JsonValue {
  let at = value;
  for (let blows = 1 + random.below(5); blows > 0; blows--) at = mutateAt(at, value, random, 0);
  return at;
}

function mutateAt(value: JsonValue, whole: JsonValue, random: Random, depth: number): JsonValue {
  const stop = depth > 1 && random.once(6);
  if (!stop && isArray(value) && value.length > 0) {
    const index = random.below(value.length);
    return value.map((item, place) => (place === index ? mutateAt(item, whole, random, depth + 1) : item));
  }
  if (!stop && isObject(value)) {
    const key = random.pick(Object.keys(value));
    if (key !== undefined) return { ...value, [key]: mutateAt(value[key] ?? null, whole, random, depth + 1) };
  }
  return replace(value, whole, random);
}

function replace(value: JsonValue, whole: JsonValue, random: Random): JsonValue {
  switch (random.below(7)) {
    case 0:
      return pickPart(whole, random);
    case 1:
      return [value];
    case 2:
      return { [random.pick(NAMES) ?? '']: value };
    case 3:
      return isArray(value) ? mutateList(value, whole, random) : isObject(value) ? mutateFields(value, whole, random) : String(value);
    case 4:
      if (isObject(value)) return mutateFields(value, whole, random);
      return isArray(value) ? Object.fromEntries(value.map((item, index) => [String(index), item])) : Number(value) || `${String(value)}x`;
    default:
      return random.pick(STRANGE) ?? null;
  }
}

function mutateList(list: JsonArray, whole: JsonValue, random: Random): JsonArray {
  switch (random.below(5)) {
    case 0:
      return list.slice(1);
    case 1:
      return [...list, ...list];
    case 2:
      return random.once(30) ? Array.from({ length: 1000 }, () => list[0] ?? null) : list.toReversed();
    case 3:
      return [...list, random.pick(STRANGE) ?? null];
    default:
      return [...list, pickPart(whole, random)];
  }
}

function mutateFields(fields: JsonObject, whole: JsonValue, random: Random): JsonObject {
  const name = random.pick([...Object.keys(fields), ...NAMES]) ?? 'name';
  const { [name]: taken, ...rest } = fields;
  switch (random.below(5)) {
    case 0:
      return rest;
    case 1:
      return { ...rest, [random.pick(NAMES) ?? '']: taken ?? {} };
    case 2:
      return { ...fields, [name]: pickPart(whole, random) };
    case 3:
      return { ...fields, [`${name}${random.pick(['s', '.', ' ', '\u0000', '/x'])}`]: taken ?? null };
    default:
      return { ...fields, [name]: random.pick(STRANGE) ?? null };
  }
}

/** Some part of a value, however deep. */
function pickPart(value: JsonValue, random: Random): JsonValue {
  let at = value;
  for (let depth = random.below(8); depth > 0; depth--) {
    const children: readonly JsonValue[] = isArray(at) ? at : isObject(at) ? Object.values(at) : [];
    at = random.pick(children) ?? at;
  }
  return at;
}
