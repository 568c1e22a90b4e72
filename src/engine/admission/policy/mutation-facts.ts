import { toValue } from '../../../cel/index.ts';
import { formatRef, nameOf, podTemplateOf, refKeyOf, refOf, type Fact, type KubernetesObject, type World } from '../../../model/index.ts';
import { toPointer } from '../../../std/index.ts';
import { findSight } from '../sight.ts';
import { compileMutatingOnce, listBound, type Bound } from './bound.ts';
import { describeChanges } from './json-changes.ts';
import { mutateObject, type Asked, type Mutation, type MutationRefusal } from './mutate.ts';
import { collectParameters } from './params.ts';
import { toAdmissionRequest, toInput, type Judged, type PolicySetting } from './write.ts';

/** What the mutating policies make of a write: the object as it is then, where that is known, and what is said of it. */
export interface MutatedWrite {
  readonly object: KubernetesObject | undefined;
  readonly facts: readonly Fact[];
}

/** What the MutatingAdmissionPolicies of a world make of an object that is written. */
export function mutateWrite(judged: Judged, was: KubernetesObject | undefined, world: World, setting: PolicySetting): MutatedWrite {
  const bound = listBound(world, 'MutatingAdmissionPolicy');
  if (bound.length === 0) return { object: judged.object, facts: [] };
  let isUnsure = false;
  const find = (object: KubernetesObject): Asked => {
    const request = toAdmissionRequest({ ...judged, object }, was, world, setting);
    const asked = bound.map((item) => {
      const sight = findSight({ ...item.gatekeeper, conditions: [], hasParameters: false }, request);
      if (sight === 'may') isUnsure = true;
      return sight === 'sees' ? ask(item, request.namespace, world) : NOBODY;
    });
    return { invocations: asked.flatMap(({ invocations }) => invocations), refusals: asked.flatMap(({ refusals }) => refusals) };
  };
  const { object, mutations, refusals } = mutateObject({
    object: withDefaults(judged.object, setting),
    find,
    toInput: (one) => toInput(toAdmissionRequest({ ...judged, object: one }, was, world, setting), judged, world, setting),
    patcher: setting.patcher,
  });
  const byName = new Map(bound.map((item) => [toKey(nameOf(item.policy), nameOf(item.binding)), item]));
  const told = (by: Named, toFacts: (item: Bound) => readonly Fact[]): readonly Fact[] => {
    const item = byName.get(toKey(by.policy, by.binding));
    return item === undefined ? [] : toFacts(item);
  };
  if (refusals.length > 0)
    return { object: undefined, facts: refusals.flatMap((refusal) => told(refusal, (item) => [toRefusal(judged, item, refusal)])) };
  if (object === undefined || isUnsure) return { object: undefined, facts: [] };
  return { object, facts: mutations.flatMap((mutation) => told(mutation.invocation, (item) => toChange(judged, item, mutation))) };
}

/** A policy and its binding. */
interface Named {
  readonly policy: string;
  readonly binding: string;
}

const NOBODY: Asked = { invocations: [], refusals: [] };

function toKey(policy: string, binding: string): string {
  return `${policy}\n${binding}`;
}

/** One invocation for each parameter of a binding. */
function ask({ policy, binding, gatekeeper }: Bound, namespace: string | undefined, world: World): Asked {
  const names = { policy: nameOf(policy), binding: nameOf(binding) };
  const parameters = collectParameters(policy, binding, namespace, world);
  if ('error' in parameters) {
    const refusal = { ...names, message: `failed to configure binding: ${parameters.error}` };
    return { invocations: [], refusals: gatekeeper.failurePolicy === 'Fail' ? [refusal] : [] };
  }
  const invocations = parameters.map((parameter) => ({
    ...names,
    key: `${toKey(names.policy, names.binding)}\n${parameter === null ? '' : refKeyOf(parameter)}`,
    compiled: compileMutatingOnce(policy),
    params: parameter === null ? null : toValue(parameter),
  }));
  return { invocations, refusals: [] };
}

/** Policies see an object with its defaults. */
function withDefaults(object: KubernetesObject, { patcher }: PolicySetting): KubernetesObject {
  const completed = patcher?.complete(object, object);
  return completed !== undefined && 'object' in completed ? completed.object : object;
}

function toRefusal(judged: Judged, item: Bound, { policy, binding, message, index, isFatal }: MutationRefusal): Fact {
  const text = isFatal === true ? message : `policy '${policy}' with binding '${binding}' denied request: ${message}`;
  return toFact(judged, item, { code: 'KQ0006', severity: 'error', text, data: { message: text }, index });
}

function toChange(judged: Judged, item: Bound, { before, after }: Mutation): readonly Fact[] {
  const changes = describeChanges(before, after);
  if (changes === '') return [];
  return [toFact(judged, item, { code: 'KQ0010', severity: 'info', text: changes, data: { changes }, index: undefined })];
}

interface Told {
  readonly code: string;
  readonly severity: Fact['severity'];
  readonly text: string;
  readonly data: Fact['data'];
  readonly index: number | undefined;
}

function toFact({ object, workload }: Judged, { policy, binding }: Bound, { code, severity, text, data, index }: Told): Fact {
  const told = workload ?? object;
  const template = workload === undefined ? undefined : podTemplateOf(workload);
  const subject = refOf(told);
  const shown = workload === undefined ? formatRef(subject) : `the pods of ${formatRef(subject)}`;
  return {
    engine: 'admission',
    code,
    severity,
    key: [code, refKeyOf(told), ...(workload === undefined ? [] : ['pods']), nameOf(policy), nameOf(binding), text].join(' '),
    subject,
    data: { object: shown, policy: nameOf(policy), binding: nameOf(binding), ...data },
    objects: [
      { ref: subject, path: toPointer(template?.path ?? []) },
      { ref: refOf(policy), path: toPointer(index === undefined ? ['spec'] : ['spec', 'mutations', index]) },
      { ref: refOf(binding) },
    ],
  };
}
