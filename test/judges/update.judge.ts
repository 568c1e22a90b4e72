import { describe, isKubernetesObject, toFinding, gvkOf, type Kind, type KubernetesObject } from '../../src/model/index.ts';
import { keepAllocated } from '../../src/model/schema/index.ts';
import { canonicalOf } from '../../src/planner/canonical.ts';
import { foldSecret } from '../../src/planner/secret.ts';
import { getBoolean, getObject, getString, stringifyJson, type JsonObject } from '../../src/std/index.ts';
import { judgeUpdate } from '../../src/validate/index.ts';
import { mutate } from './mutate.ts';
import { asSent, listTexts, OF_THE_ORACLE, pickBase, setting } from './native.judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';
import { judgeOurselves, toPattern } from './validate.judge.ts';

/** Whether kplan says of a change what the strategies of the API server say of it, and nothing else: what may not change, and how. */
export const updateJudge: OracleJudge = {
  subject: 'update',
  asks: 'validate',
  cases: 4000,
  branches: ['both allow', 'both refuse the change', 'refused for what the object is', 'not read'],
  generate(random) {
    const { kind, object } = pickBase(random);
    const old = withState(asSent(object, kind), random);
    const once = mutateSpec(old, kind, random);
    return { old, object: random.once(4) ? mutateSpec(once, kind, random) : once };
  },
  compare(input, answer) {
    const [before, after] = [getObject(input, 'old'), getObject(input, 'object')];
    if (!isKubernetesObject(before) || !isKubernetesObject(after) || getBoolean(answer, 'unreached') === true) return undefined;
    if (getString(answer, 'unread') !== undefined) return { coverage: ['not read'], isCompared: false };
    const real = listTexts(answer).filter((text) => !OF_THE_ORACLE.test(text));
    if (listTexts(answer).length > 0 && real.length === 0) return { coverage: ['not read'], isCompared: false };
    const { catalog } = setting();
    const kind = catalog.find(gvkOf(after));
    if (kind === undefined) return undefined;
    const oddity = oddityOf(before, after);
    const ours = judge(before, after, kind);
    const theirs = real.map(toComparable);
    const alone = judgeOurselves(after, catalog).map(toComparable);
    const tooMuch = ours.find((text) => !theirs.includes(text) && !alone.includes(text));
    const shown = { ours: ours.join(' | ') || 'accepted', servers: theirs.join(' | ') || 'accepted' };
    const of = `${oddity}${after.kind}: `;
    if (tooMuch !== undefined) return { coverage: [], difference: { signature: `kplan alone: ${of}${toPattern(tooMuch)}`, ...shown } };
    if (theirs.length === 0) return { coverage: ['both allow'] };
    const missing = theirs.filter((text) => !ours.includes(text) && !alone.some((own) => own === text || own.endsWith(`: ${text}`)));
    const isFixed = missing.find((text) => OF_A_CHANGE.test(text));
    if (isFixed !== undefined) return { coverage: [], difference: { signature: `the server alone: ${of}${toPattern(isFixed)}`, ...shown } };
    if (missing.length > 0) return { coverage: ['not covered'], isCompared: false };
    if (ours.length === 0) return { coverage: ['refused for what the object is'] };
    return { coverage: ['both refuse the change', `refused: ${after.kind}`] };
  },
};

/** How the server speaks of what may not change; what else it says is of the new object. */
const OF_A_CHANGE =
  /immutable|once set|may not (?:change|add|be changed)|updates? (?:to|may|from|is)|can(?:not| not) be (?:less|changed|unset)|cannot change|previous|only (?:additions|deletion)|existing|in tandem|releasing|must not update|no additions/;

/** What is odd about a case in a way that a known deviation is about. */
function oddityOf(before: KubernetesObject, object: KubernetesObject): string {
  const isEmpty = (name: string): boolean =>
    Object.values(getObject(object, name) ?? { x: '' }).every((value) => typeof value !== 'string');
  const text = stringifyJson([before, object]);
  if (/"(?:schedulingGroup|stopSignal|podCertificate|clusterTrustBundle)":|"lifecycle":\{\}/.test(text)) return 'feature that is off: ';
  if (/"parameters":\{[^}]*null/.test(text)) return 'null in parameters: ';
  if (text.includes('"__proto__":')) return 'key of every object: ';
  if (object.kind === 'ControllerRevision') return '';
  if (isEmpty('binaryData') || isEmpty('data')) return 'empty map: ';
  if (object.kind === 'PersistentVolumeClaim' && Object.keys(getObject(object, 'spec', 'resources', 'requests') ?? {}).length === 0) {
    return 'claim of nothing: ';
  }
  return /"(?:type|\w*(?:Mode|Policy))":""/.test(text) ? 'empty text: ' : '';
}

function judge(before: KubernetesObject, after: KubernetesObject, kind: Kind): readonly string[] {
  const { catalog } = setting();
  const [was, is] = [before, keepAllocated(before, after)].map((object) => {
    const status = before['status'];
    return { ...canonicalOf(foldSecret(object), catalog), ...(status === undefined ? {} : { status }) };
  });
  if (was === undefined || is === undefined) return [];
  return judgeUpdate(was, is, kind, catalog.version).map(({ code, data }) => toComparable(describe(toFinding(code, { data }))));
}

/** Without what the server prints from memory: values of its own types, and its picture of a change. */
function toComparable(text: string): string {
  return (
    text
      .replace(/\n[^]*$/, '')
      // A text behind a pointer is printed as JSON.
      .replaceAll('\\u0000', '\\x00')
      .replace(/(: Invalid value): (?:\{.*\}|\[.*\]|null)(?=: (?:field is immutable|no additions|only additions|primary clusterIP))/s, '$1')
  );
}

/** The object with what has become of it since it was made. */
function withState(object: JsonObject, random: Random): JsonObject {
  switch (getString(object, 'kind')) {
    case 'PersistentVolumeClaim': {
      const isBound = random.once(2);
      const capacity = getObject(object, 'spec', 'resources', 'requests') ?? {};
      return { ...object, status: isBound ? { phase: 'Bound', capacity } : { phase: 'Pending' } };
    }
    case 'Job':
      return random.once(3) ? { ...object, spec: { ...getObject(object, 'spec'), suspend: true } } : object;
    case 'ConfigMap':
    case 'Secret':
      return random.once(2) ? { ...object, immutable: true } : object;
    case 'Pod':
      return random.once(3) ? { ...object, spec: { ...getObject(object, 'spec'), schedulingGates: [{ name: 'a.io/gate' }] } } : object;
    default:
      return object;
  }
}

function mutateSpec(object: JsonObject, kind: Kind, random: Random): JsonObject {
  for (let tries = 0; tries < 20; tries++) {
    const { object: changed } = mutate(object, kind.schema, random);
    if (isKubernetesObject(changed) && isKubernetesObject(object)) return sameStatus({ ...changed, metadata: object.metadata }, object);
  }
  return object;
}

function sameStatus(changed: JsonObject, { status }: JsonObject): JsonObject {
  const { status: _, ...rest } = changed;
  return status === undefined ? rest : { ...rest, status };
}
