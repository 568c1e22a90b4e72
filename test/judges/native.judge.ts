import { isKubernetesObject, type Kind, type KubernetesObject, type SchemaCatalog } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { getArray, getBoolean, getObject, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { groupByKind, listBases, type Base } from './bases.ts';
import { makeDataObject } from './data-specs.ts';
import type { Comparison } from './judge.ts';
import { mutate } from './mutate.ts';
import type { OracleJudge } from './oracle-judge.ts';
import { Random } from './random.ts';
import { judgeOurselves, toPattern } from './validate.judge.ts';

const NAMESPACE = 'judged-native';
const NATIVE_KINDS = [
  'CertificateSigningRequest',
  'CronJob',
  'DaemonSet',
  'Deployment',
  'DeviceClass',
  'FlowSchema',
  'Ingress',
  'Job',
  'Node',
  'Pod',
  'PriorityLevelConfiguration',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ResourceSlice',
  'Service',
  'StatefulSet',
  'VolumeAttachment',
];

let known: { readonly catalog: SchemaCatalog; readonly kinds: readonly (readonly Base[])[] } | undefined;

/** The kinds, and objects of each to start from. */
export function setting(): NonNullable<typeof known> {
  if (known === undefined) {
    const catalog = loadCatalog('1.36');
    known = { catalog, kinds: groupByKind(listBases(catalog, NAMESPACE, new Random(1))) };
  }
  return known;
}

/** An object to start from: of a kind with many rules half of the time. */
export function pickBase(random: Random): Base {
  const { kinds } = setting();
  const rich = kinds.filter(([base]) => base !== undefined && NATIVE_KINDS.includes(base.kind.kind));
  return random.pick(random.pick(random.once(2) ? rich : kinds));
}

/** Whether kplan finds fault with what the strategies of the API server find fault with when an object is made, and with nothing else. */
export const nativeJudge: OracleJudge = {
  subject: 'native',
  asks: 'validate',
  cases: 4000,
  branches: ['accepted', 'refused in the same words', 'not read'],
  generate(random) {
    if (random.once(20)) return { object: makeDataObject(random, NAMESPACE) };
    const { kind, object } = pickBase(random);
    const { object: changed } = mutate(object, kind.schema, random);
    return { object: asSent(random.once(4) ? mutate(changed, kind.schema, random).object : changed, kind) };
  },
  compare(input, answer) {
    const object = getObject(input, 'object');
    // A nameless LimitRange is given a name; what is kept in a repository needs one of its own.
    if (getString(object, 'kind') === 'LimitRange' && (getString(object, 'metadata', 'name') ?? '') === '') return undefined;
    if (!isKubernetesObject(object) || getBoolean(answer, 'unreached') === true) return undefined;
    if (getString(answer, 'unread') !== undefined) return { coverage: ['not read'], isCompared: false };
    const ours = judgeOurselves(object, setting().catalog);
    const real = listTexts(answer).filter((text) => !OF_THE_ORACLE.test(text));
    if (listTexts(answer).length > 0 && real.length === 0) return { coverage: ['not read'], isCompared: false };
    if (real.length === 0)
      return ours.length === 0
        ? { coverage: ['accepted'] }
        : differ(ours, real, `kplan refuses${isNameless(object) ? ' a nameless LimitRange' : ''}: ${toPattern(ours[0] ?? '')}`);
    const isSaid = (text: string): boolean => ours.some((own) => own === text || own.endsWith(`: ${text}`));
    if (real.every(isSaid)) return { coverage: ['refused in the same words'] };
    // A rule that kplan does not know: it lets the object pass, or refuses it for what it knows.
    return { coverage: ['not covered', ...(ours.length === 0 ? [] : ['not covered in full'])], isCompared: false };
  },
};

function isNameless({ kind, metadata }: KubernetesObject): boolean {
  return kind === 'LimitRange' && (getString(metadata, 'name') ?? '') === '';
}

/** What strategies refuse that ask no server: its flags, and the ports that it gives out. */
export const OF_THE_ORACLE: RegExp = /\.privileged: Forbidden: disallowed by cluster policy$|^spec\.healthCheckNodePort: Required value$/;

/** The object as the strategies get it: the server has put it in the namespace of the request, and has read managed fields and addresses. */
export function asSent(object: JsonObject, { kind, namespaced }: Kind): JsonObject {
  const { managedFields: _, ...metadata } = getObject(object, 'metadata') ?? {};
  const named = namespaced ? { namespace: NAMESPACE, ...metadata } : metadata;
  const [address, spec] = [getString(object, 'spec', 'clusterIP') ?? '', getObject(object, 'spec')];
  const isOneAddress = kind === 'Service' && address !== '' && getArray(spec, 'clusterIPs').length === 0;
  return { ...object, metadata: named, ...(isOneAddress ? { spec: { ...spec, clusterIPs: [address] } } : {}) };
}

/** What the server writes where it has no field to name. */
const NO_FIELD = '<nil>: Invalid value: "": ';

/** The sentences of an answer, without those that name no field. */
export function listTexts(answer: JsonValue): readonly string[] {
  const causes = getArray(answer, 'causes').map((cause) =>
    `${getString(cause, 'field') ?? ''}: ${getString(cause, 'message') ?? ''}`.replace(NO_FIELD, ''),
  );
  const refused = getString(answer, 'refused');
  return refused === undefined ? causes : [...causes, refused];
}

function differ(ours: readonly string[], real: readonly string[], signature: string): Comparison {
  return { coverage: [], difference: { signature, ours: ours.join(' | ') || 'accepted', servers: real.join(' | ') || 'accepted' } };
}
