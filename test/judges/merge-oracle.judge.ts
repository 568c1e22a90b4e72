import { gvkOf, isKubernetesObject, withMetadata, type KubernetesObject, type SchemaCatalog } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { getArray, getBoolean, getObject, getString, isObject, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import { findDifference } from './compact.ts';
import type { Comparison, Difference } from './judge.ts';
import { applyOurs, comparable, makeMergeCase, MERGE_BRANCHES, timeOf, updateOurs, type MergeQuestion } from './merge-steps.ts';
import { readGadgetDefinition } from './objects.ts';
import type { OracleJudge } from './oracle-judge.ts';

/** The same as the subject `server-side-apply`, by the field managers and strategies of the API server without the server. */
export const mergeOracleJudge: OracleJudge = {
  subject: 'merge',
  cases: 1500,
  branches: MERGE_BRANCHES,
  setting: () => ({ definitions: [readGadgetDefinition()] }),
  generate: (random) => {
    const { steps } = makeMergeCase(random);
    return { steps: steps.map((step) => ({ ...step, object: placed(step['object']) })) };
  },
  compare,
};

function placed(object: JsonValue | undefined): JsonValue {
  return object !== undefined && isKubernetesObject(object) ? withMetadata(object, { name: 'x', namespace: 'judged' }) : null;
}

let known: SchemaCatalog | undefined;

/** Every step is fed with what the real code has stored, so that one difference does not make others. */
function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const catalog = (known ??= loadCatalog('1.36').withCustomResources([readGadgetDefinition()]));
  const steps = getArray(input, 'steps');
  const coverage: string[] = [];
  let live: KubernetesObject | undefined;
  for (const [index, step] of steps.entries()) {
    const asked = getObject(step, 'object');
    const kind = isKubernetesObject(asked) ? catalog.find(gvkOf(asked)) : undefined;
    if (!isKubernetesObject(asked) || kind === undefined) return undefined;
    const question = { kind, live, asked, manager: getString(step, 'manager') ?? '', force: getBoolean(step, 'force') === true, catalog };
    const isUpdate = getString(step, 'op') === 'update';
    const real = getArray(answer)[index];
    const { label, difference } = isUpdate ? compareUpdate(question, real) : compareApply(question, real);
    coverage.push(`${kind.kind} ${label}`);
    if (difference !== undefined) return { coverage, difference: { ...difference, ours: `step ${index}: ${difference.ours}` } };
    const stored = getObject(real, 'object');
    if (isKubernetesObject(stored)) live = stored;
  }
  return coverage.length === 0 ? undefined : { coverage };
}

interface Step {
  readonly label: string;
  readonly difference?: Difference;
}

function compareApply(question: MergeQuestion, real: JsonValue | undefined): Step {
  const { kind, force } = question;
  const stored = getObject(real, 'object');
  const ours = applyOurs(question, isKubernetesObject(stored) ? timeOf(stored) : '2026-01-01T00:00:00Z');
  if (getString(real, 'refused') !== undefined) return { label: 'refused by validation' };
  const conflict = getString(real, 'conflict');
  if (conflict !== undefined) return differ('conflict', `${kind.kind} apply`, ours, { conflict });
  const servers = isKubernetesObject(stored) ? comparable(stored, kind) : null;
  return differ(force ? 'applied by force' : 'applied', `${kind.kind} apply`, ours, servers);
}

function compareUpdate(question: MergeQuestion, real: JsonValue | undefined): Step {
  const { kind, live } = question;
  const stored = getObject(real, 'object');
  if (!isKubernetesObject(stored)) return { label: 'refused by validation' };
  const ours = updateOurs(question, stored, live?.metadata['managedFields']);
  return differ(live === undefined ? 'created' : 'updated', `${kind.kind} update`, ours, comparable(stored, kind));
}

function differ(label: string, what: string, ours: JsonValue, servers: JsonValue): Step {
  // A conflict is a sentence: no path leads into it.
  const isSame = isObject(ours) && isObject(servers) && ours['conflict'] === servers['conflict'];
  const path = isSame ? findDifference(ours, servers) : '.conflict';
  if (path === undefined) return { label };
  return { label, difference: { signature: `${what} differs at ${path}`, ours: stringifyJson(ours), servers: stringifyJson(servers) } };
}
