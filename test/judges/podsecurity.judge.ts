import {
  judgeNamespaceLabels,
  judgePodSecurity,
  readPodSecuritySettings,
  type PodSecuritySite,
} from '../../src/model/pod-security/index.ts';
import { podTemplateOf, isKubernetesObject, type KubernetesObject } from '../../src/model/index.ts';
import {
  getArray,
  getAt,
  getBoolean,
  getObject,
  getString,
  getStringMap,
  sortedUnique,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import { makeInsecurePod } from './podsecurity-pods.ts';
import type { Random } from './random.ts';

const REASONS = [
  'allowPrivilegeEscalation != false',
  'forbidden AppArmor profile',
  'forbidden AppArmor profiles',
  'forbidden sysctls',
  'host namespaces',
  'hostPath volumes',
  'hostPort',
  'hostProcess',
  'non-default capabilities',
  'privileged',
  'probe or lifecycle host',
  'procMount',
  'restricted volume types',
  'runAsNonRoot != true',
  'runAsUser=0',
  'seLinuxOptions',
  'seccompProfile',
  'unrestricted capabilities',
];
const VERSIONS = [
  'latest',
  'v1.0',
  'v1.7',
  'v1.8',
  'v1.18',
  'v1.19',
  'v1.21',
  'v1.22',
  'v1.24',
  'v1.26',
  'v1.28',
  'v1.30',
  'v1.31',
  'v1.33',
  'v1.34',
  'v1.35',
  'v1.99',
];
const KINDS: readonly (readonly [kind: string, apiVersion: string])[] = [
  ['Pod', 'v1'],
  ['Pod', 'v1'],
  ['PodTemplate', 'v1'],
  ['Deployment', 'apps/v1'],
  ['CronJob', 'batch/v1'],
];

/** Whether Pod Security says what ours says, to the letter, of pods, templates and the labels of their namespace. */
export const podSecurityJudge: OracleJudge = {
  subject: 'podsecurity',
  cases: 3000,
  branches: [
    ...REASONS,
    'refused',
    'warned',
    'audited',
    'let in',
    'label refused',
    'label change',
    'ignored labels',
    ...['Pod', 'PodTemplate', 'Deployment', 'CronJob'].map((kind) => `against a ${kind}`),
  ],
  often: { cases: 3000, times: 5 },
  generate: (random) => {
    const [kind, apiVersion] = random.pick(KINDS);
    return {
      ...(random.once(3) ? { server: 32 + random.below(5) } : {}),
      ...(random.once(8) ? { defaults: makeDefaults(random) } : {}),
      ...(random.once(10) ? { exemptions: { namespaces: random.pick([['shop'], ['other']]), runtimeClasses: ['gvisor'] } } : {}),
      isCreated: random.once(8),
      before: makeLabels(random),
      labels: makeLabels(random),
      kind,
      object: makeObject(random, kind, apiVersion),
      pods: random.list(random.below(6), (index) => makeLivePod(random, index)),
    };
  },
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const object = toObject(input);
  const pods = getArray(input, 'pods').filter(isKubernetesObject);
  const template = object === undefined ? undefined : podTemplateOf(object);
  if (object === undefined || template === undefined || getString(answer, 'refused') === undefined) return undefined;
  const site = toSite(input);
  const verdicts = judgePodSecurity(template, site, { isTemplate: object.kind !== 'Pod' });
  const before = getBoolean(input, 'isCreated') === true ? undefined : getStringMap(input, 'before');
  const named = judgeNamespaceLabels(before, site, pods);
  const ours = {
    refused: verdicts.enforce === undefined ? '' : `pods "web" is forbidden: ${verdicts.enforce.message}`,
    audited: verdicts.audit?.message ?? '',
    warned: verdicts.warn === undefined ? [] : [verdicts.warn.message],
    namespaceRefused: named.faults.map(({ message }) => message).toSorted(),
    namespaceWarnings: named.warnings,
  };
  const [left, right] = [stringifyJson(ours), stringifyJson(answer)];
  const said = [ours.refused, ours.audited, ...ours.warned].join(' ');
  const coverage = sortedUnique([
    ...REASONS.filter((reason) => said.includes(`${reason} (`)),
    ...(ours.refused === '' ? [] : ['refused']),
    ...(ours.audited === '' ? [] : ['audited']),
    ...(ours.warned.length === 0 ? [] : ['warned']),
    ...(said.trim() === '' ? ['let in'] : [`against a ${object.kind}`]),
    ...(named.faults.length === 0 ? [] : ['label refused']),
    ...(named.pods.length === 0 ? [] : ['label change']),
    ...(named.warnings.some((warning) => warning.includes('is exempt')) ? ['ignored labels'] : []),
  ]);
  if (left === right) return { coverage };
  const field = Object.entries(ours).find(([key, value]) => stringifyJson(value) !== stringifyJson(getAt(answer, key) ?? null))?.[0];
  return { coverage, difference: { signature: field ?? 'fields', ours: left, servers: right } };
}

function toObject(input: JsonValue): KubernetesObject | undefined {
  const object = getObject(input, 'object');
  return isKubernetesObject(object) && object.kind === getString(input, 'kind') ? object : undefined;
}

function toSite(input: JsonValue): PodSecuritySite {
  return { namespace: 'shop', labels: getStringMap(input, 'labels'), settings: readPodSecuritySettings(input) };
}

function makeDefaults(random: Random): JsonObject {
  return random.maybe<JsonValue>({
    enforce: () => random.pick(['privileged', 'baseline', 'restricted']),
    'enforce-version': () => random.pick(VERSIONS),
    audit: () => random.pick(['privileged', 'baseline', 'restricted']),
    warn: () => random.pick(['privileged', 'baseline', 'restricted']),
    'warn-version': () => random.pick(VERSIONS),
  });
}

function makeLabels(random: Random): JsonObject {
  if (random.once(8)) return {};
  const level = (): string =>
    random.once(25)
      ? random.pick(['', 'Restricted', 'x'])
      : random.pick(['privileged', 'baseline', 'baseline', 'restricted', 'restricted']);
  const version = (): string => (random.once(25) ? random.pick(['', 'v1', 'v1.01', 'v2.0', '1.30']) : random.pick(VERSIONS));
  const made: [string, string][] = [];
  for (const mode of ['enforce', 'audit', 'warn']) {
    if (random.once(2)) made.push([mode, level()]);
    if (random.once(3)) made.push([`${mode}-version`, version()]);
  }
  return Object.fromEntries(made.map(([name, value]) => [`pod-security.kubernetes.io/${name}`, value]));
}

function makeObject(random: Random, kind: string, apiVersion: string): JsonObject {
  const pod = makeInsecurePod(random);
  const metadata = { name: 'web', namespace: 'shop' };
  if (kind === 'Pod') return { apiVersion, kind, metadata: { ...metadata, ...pod.metadata }, spec: pod.spec };
  const template = { metadata: pod.metadata, spec: pod.spec };
  if (kind === 'PodTemplate') return { apiVersion, kind, metadata, template };
  if (kind === 'CronJob') return { apiVersion, kind, metadata, spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } };
  return { apiVersion, kind, metadata, spec: { template } };
}

function makeLivePod(random: Random, index: number): JsonObject {
  const { metadata, spec } = makeInsecurePod(random);
  const owner = random.once(2)
    ? {}
    : { ownerReferences: [{ controller: true, uid: random.pick(['a', 'b']), name: 'r', kind: 'ReplicaSet', apiVersion: 'apps/v1' }] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: `web-${(index * 7) % 5}-${index}`, namespace: 'shop', ...owner },
    spec,
  };
}
