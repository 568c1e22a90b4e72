import { describe, gvkOf, isKubernetesObject, toFinding, type KubernetesObject } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { getArray, getBoolean, getObject, getString, type JsonValue } from '../../src/std/index.ts';
import { judgeUpdate } from '../../src/validate/index.ts';
import { changeCustom, makeCustom, makeDefinition } from './custom-schemas.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import { judgeOurselves, toPattern } from './validate.judge.ts';

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/rule compile error/, 'rule that does not compile'],
  [/ evaluating rule: /, 'rule with an error'],
  [/no such overload/, 'rule without an overload'],
  [/some validation rules were not checked/, 'rules not asked'],
  [/failed rule: /, 'failed rule'],
  [/must be right|trimmed/, 'message'],
  [/: Forbidden: /, 'forbidden'],
  [/: Required value: /, 'required'],
  [/: Duplicate value/, 'duplicate'],
  [/^<nil>: /, 'rule at the root'],
  [/\[\d+\]/, 'rule of an item'],
  [/\[\w+\]/, 'rule of an entry'],
  [/because|not allowed|labels: |at least/, 'message expression'],
];

/** Whether a custom resource keeps the rules of its definition, made or changed. */
export const customJudge: OracleJudge = {
  subject: 'custom',
  cases: 1500,
  branches: ['accepted', 'refused alike', 'accepted update', 'update refused alike', ...KINDS.map(([, kind]) => kind)],
  generate(random) {
    const definition = makeDefinition(random);
    const object = makeCustom(definition, random);
    return random.once(2)
      ? { definition, object }
      : { definition, object: changeCustom(object, makeCustom(definition, random), random), old: object };
  },
  compare(input, answer) {
    const [definition, object, old] = ['definition', 'object', 'old'].map((key) => getObject(input, key));
    if (!isKubernetesObject(definition) || !isKubernetesObject(object) || getBoolean(answer, 'unreached') === true) return undefined;
    if (getString(answer, 'unread') !== undefined) return undefined;
    if (old !== undefined && !isKubernetesObject(old)) return undefined;
    if ([object, old].some((one) => one !== undefined && !isPlaced(one))) return undefined;
    const isServed = getBoolean(definition, 'spec', 'versions', 0, 'served') === true;
    if (!isServed || getString(definition, 'spec', 'scope') !== 'Namespaced') return undefined;
    const real = listTexts(answer);
    const ours = unique(judge(definition, object, old));
    // Where the real one crashes it has no answer.
    if (real.some((text) => text.includes(': internal error: '))) return undefined;
    const kinds = KINDS.filter(([pattern]) => real.some((text) => pattern.test(text))).map(([, kind]) => kind);
    const odd = [
      ...real.filter((text) => !ours.includes(text)).map((text) => `the server says: ${toPattern(text)}`),
      ...ours.filter((text) => !real.includes(text)).map((text) => `kplan says: ${toPattern(text)}`),
    ];
    const areStopped = [ours, real].every((texts) => texts.some((text) => text.includes('no further validation rules will be run')));
    if (ours.join('\n') !== real.join('\n') && areStopped) return differ(ours, real, 'rules that were asked before the budget ended');
    if (ours.join('\n') !== real.join('\n'))
      return differ(ours, real, `${old === undefined ? 'made' : 'changed'}: ${odd[0] ?? 'how often'}`);
    const verdict =
      old === undefined
        ? real.length === 0
          ? 'accepted'
          : 'refused alike'
        : real.length === 0
          ? 'accepted update'
          : 'update refused alike';
    return { coverage: [verdict, ...kinds] };
  },
};

/** Metadata is judged elsewhere. */
function isPlaced({ metadata }: KubernetesObject): boolean {
  return getString(metadata, 'name')?.length === 1 && getString(metadata, 'namespace') === 'judged';
}

function judge(definition: KubernetesObject, object: KubernetesObject, old: KubernetesObject | undefined): readonly string[] {
  const catalog = loadCatalog('1.36').withCustomResources([definition]);
  if (old === undefined) return judgeOurselves(object, catalog);
  const kind = catalog.find(gvkOf(object));
  if (kind === undefined) return [];
  const findings = judgeUpdate(old, object, kind, catalog.version).map(({ code, data }) => toFinding(code, { data }));
  return findings.filter(({ severity }) => severity === 'error').map(describe);
}

function listTexts(answer: JsonValue): readonly string[] {
  const causes = getArray(answer, 'causes').map((cause) => `${getString(cause, 'field') ?? ''}: ${getString(cause, 'message') ?? ''}`);
  const refused = getString(answer, 'refused');
  return unique(refused === undefined ? causes : [...causes, refused]);
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.map(normalize))].toSorted();
}

/** The type of `self` has a number for its name that is another each time, as have the parameters of types. */
function normalize(text: string): string {
  return text
    .replaceAll(/selfType\d+/g, 'selfType')
    .replaceAll(/_var\d+/g, '_var')
    .replaceAll(/\n \| .*(\n \| [.．]*[\^＾])?/g, '')
    .replace(/^(.*Syntax error).*$/s, '$1');
}

function differ(ours: readonly string[], real: readonly string[], signature: string): Comparison {
  return { coverage: [], difference: { signature, ours: ours.join(' | ') || 'accepted', servers: real.join(' | ') || 'accepted' } };
}
