import { toValue } from '../../../cel/index.ts';
import {
  formatRef,
  nameOf,
  podTemplateOf,
  refKeyOf,
  refOf,
  type Fact,
  type FactChange,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../../../model/index.ts';
import { getArray, getString, quoteGo, toFieldPath, toPointer } from '../../../std/index.ts';
import type { Gatekeeper } from '../gatekeeper.ts';
import { findSight } from '../sight.ts';
import { compileMutatingOnce, compileOnce, GROUP, listBound, type Bound, type PolicyKind } from './bound.ts';
import { listBroken, type PolicyExpression } from './compile.ts';
import { evaluatePolicy, type PolicyDecision } from './evaluate.ts';
import type { MadePod } from './made-pods.ts';
import { mutateWrite } from './mutation-facts.ts';
import { collectParameters } from './params.ts';
import { toAdmissionRequest, toInput, type Judged, type PolicySetting } from './write.ts';

const KIND = 'ValidatingAdmissionPolicy';
const MUTATING = 'MutatingAdmissionPolicy';

type ListMade = (world: World) => readonly MadePod[];

/**
 * What the admission policies of a world say of a change: what mutating ones make of objects that are made or changed, objects
 * that they or validating ones refuse or warn of, also as a new policy finds them; and expressions that do not compile. What depends
 * on who asks where that is not known, or on what only the server sets, is not said. `listMade` gives the pods that the controllers
 * make, now or when their time comes, of which the workload is told.
 */
export function comparePolicies(before: World, after: World, setting: PolicySetting, listMade: ListMade): readonly FactChange[] {
  const changes: FactChange[] = [...compareBroken(before, after, KIND), ...compareBroken(before, after, MUTATING)];
  const bound = listBound(after, KIND);
  if (bound.length + listBound(after, MUTATING).length === 0) return changes;
  const arePoliciesSame = [KIND, `${KIND}Binding`].every((kind) => before.kind(GROUP, kind) === after.kind(GROUP, kind));
  for (const object of after.objects()) {
    const was = before.get(refOf(object));
    if (was === object && (arePoliciesSame || isMade(object))) continue;
    if (was === object) {
      const told = new Set(
        listBound(before, KIND).flatMap((item) => judge({ object }, undefined, item, before, setting).map(({ key }) => key)),
      );
      const facts = bound.flatMap((item) => judge({ object }, undefined, item, after, setting));
      for (const fact of facts) if (!told.has(fact.key)) changes.push({ change: 'gained', fact });
      continue;
    }
    for (const fact of judgeWrite({ object }, was, bound, after, setting)) changes.push({ change: 'gained', fact });
  }
  const known = new Set(judgeMade(before, listMade, setting).map(({ key }) => key));
  const made = judgeMade(after, listMade, setting).filter(({ key }) => !known.has(key));
  return [...changes, ...made.map((fact): FactChange => ({ change: 'gained', fact }))];
}

/** What all policies say of one write: first those that change it, then those that judge what it has become. */
function judgeWrite(
  judged: Judged,
  was: KubernetesObject | undefined,
  validating: readonly Bound[],
  world: World,
  setting: PolicySetting,
): readonly Fact[] {
  const { object, facts } = mutateWrite(judged, was, world, setting);
  if (object === undefined) return facts;
  return [...facts, ...validating.flatMap((item) => judge({ ...judged, object }, was, item, world, setting))];
}

/** What the policies that look at pods say of those that the controllers make. */
function judgeMade(world: World, listMade: ListMade, setting: PolicySetting): readonly Fact[] {
  const looks = ({ gatekeeper }: Bound): boolean => gatekeeper.criteria.some(mayNamePods);
  const bound = listBound(world, KIND).filter(looks);
  if (bound.length === 0 && !listBound(world, MUTATING).some(looks)) return [];
  const ofPods = { ...setting, resourceNameOf: () => 'pods' };
  return listMade(world).flatMap(({ pod, workload }) => judgeWrite({ object: pod, workload }, undefined, bound, world, ofPods));
}

function mayNamePods({ rules }: Gatekeeper['criteria'][number]): boolean {
  return rules === undefined || rules.some(({ resources }) => ['*', '*/*', 'pods'].some((name) => resources.has(name)));
}

/** Controllers' objects are not asked about again one by one. */
function isMade(object: KubernetesObject): boolean {
  return getArray(object.metadata, 'ownerReferences').length > 0;
}

function judge(
  judged: Judged,
  was: KubernetesObject | undefined,
  { policy, binding, gatekeeper }: Bound,
  world: World,
  setting: PolicySetting,
): readonly Fact[] {
  const { resourceNameOf } = setting;
  const request = toAdmissionRequest(judged, was, world, setting);
  // Conditions and parameters are looked at here.
  if (findSight({ ...gatekeeper, conditions: [], hasParameters: false }, request) !== 'sees') return [];
  const parameters = collectParameters(policy, binding, request.namespace, world);
  const compiled = compileOnce(policy);
  const toFact = (decision: PolicyDecision): readonly Fact[] => toFacts(judged, decision, { policy, binding, gatekeeper }, resourceNameOf);
  if ('error' in parameters) {
    if (compiled.failurePolicy === 'Ignore') return [];
    return toFact({ outcome: 'deny', isError: true, message: `failed to configure binding: ${parameters.error}`, reason: '' });
  }
  return parameters.flatMap((parameter) => {
    const result = evaluatePolicy(compiled, {
      ...toInput(request, judged, world, setting),
      params: parameter === null ? null : toValue(parameter),
    });
    const failed = result.annotations.flatMap(({ error, isIgnored }): PolicyDecision[] =>
      error === undefined || isIgnored === true ? [] : [{ outcome: 'deny', isError: true, message: error, reason: '' }],
    );
    return [...result.decisions, ...failed].flatMap(toFact);
  });
}

function toFacts(
  { object, workload }: Judged,
  decision: PolicyDecision,
  { policy, binding }: Bound,
  resourceNameOf: (object: KubernetesObject) => string,
): readonly Fact[] {
  if (decision.outcome !== 'deny') return [];
  const actions = new Set(getArray(binding, 'spec', 'validationActions'));
  const [name, bindingName] = [nameOf(policy), nameOf(binding)];
  const told = workload ?? object;
  const template = workload === undefined ? undefined : podTemplateOf(workload);
  const base = {
    engine: 'admission' as const,
    subject: refOf(told),
    objects: [{ ref: refOf(told), path: toPointer(template?.path ?? []) }, placeOf(policy, decision.index), { ref: refOf(binding) }],
  };
  const toFact = (code: string, severity: Fact['severity'], message: string): Fact => ({
    ...base,
    code,
    severity,
    key: [
      code,
      severity,
      refKeyOf(told),
      ...(workload === undefined ? [] : ['pods']),
      name,
      bindingName,
      decision.index ?? '',
      message,
    ].join(' '),
    data: { object: formatRef(refOf(told)), policy: name, binding: bindingName, message },
  });
  const shown = workload === undefined ? nameOf(object) : `${nameOf(workload)}-`;
  const denied = `${resourceNameOf(object)} ${quoteGo(shown)} is forbidden: ${KIND} '${name}' with binding '${bindingName}' denied request: ${decision.message}`;
  const warned = `Validation failed for ${KIND} '${name}' with binding '${bindingName}': ${decision.message}`;
  if (actions.has('Deny') || decision.index === undefined) return [toFact('KQ0006', 'error', denied)];
  if (actions.has('Warn')) return [toFact('KQ0007', 'warning', warned)];
  return actions.has('Audit') ? [toFact('KQ0007', 'info', warned)] : [];
}

function placeOf(policy: KubernetesObject, index: number | undefined): { readonly ref: ObjectRef; readonly path: string } {
  return { ref: refOf(policy), path: index === undefined ? '/spec' : toPointer(['spec', 'validations', index, 'expression']) };
}

function compareBroken(before: World, after: World, kind: PolicyKind): FactChange[] {
  const list = (policy: KubernetesObject): readonly PolicyExpression[] =>
    listBroken(kind === KIND ? compileOnce(policy) : compileMutatingOnce(policy));
  return after.byKind(GROUP, kind).flatMap((policy) => {
    const ref = refOf(policy);
    const was = before.get(ref);
    if (was === policy) return [];
    const known = new Set(was === undefined ? [] : list(was).map(({ expression, error }) => `${expression} ${error}`));
    return list(policy).flatMap(({ expression, path, error = '', place }): FactChange[] => {
      if (known.has(`${expression} ${error}`)) return [];
      const field = toFieldPath(path);
      const [first = ''] = error.split('\n');
      const fact: Fact = {
        engine: 'admission',
        code: 'KQ0008',
        severity: 'error',
        key: `KQ0008 ${refKeyOf(policy)} ${field}`,
        subject: ref,
        data: { policy: getString(policy.metadata, 'name') ?? '', field, expression, message: first, ...place },
        objects: [{ ref, path: toPointer(path) }],
      };
      return [{ change: 'gained', fact }];
    });
  });
}
