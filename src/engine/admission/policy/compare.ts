import { toValue, UNKNOWN } from '../../../cel/index.ts';
import {
  formatRef,
  gvkOf,
  labelsOf,
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
import { toKnown, toRequest } from '../conditions.ts';
import { readGatekeepers, type Gatekeeper } from '../gatekeeper.ts';
import { findSight, type AdmissionRequest } from '../sight.ts';
import { compilePolicy, listBroken, type CompiledPolicy } from './compile.ts';
import { evaluatePolicy, type PolicyDecision, type PolicyInput } from './evaluate.ts';
import { listMadePods } from './made-pods.ts';
import { collectParameters } from './params.ts';

const GROUP = 'admissionregistration.k8s.io';
const KIND = 'ValidatingAdmissionPolicy';

/** A policy of a world with one of its bindings. */
interface Bound {
  readonly policy: KubernetesObject;
  readonly binding: KubernetesObject;
  readonly gatekeeper: Gatekeeper;
}

/**
 * What the ValidatingAdmissionPolicies of a world say of a change: objects that they refuse or warn of, as they are made or changed,
 * or as a new policy finds them; and expressions that do not compile. What depends on who asks, or on what only the server
 * sets, is not said. `resourceNameOf` names the resource of an object: `deployments.apps`; `expand` gives the pods that the
 * controllers make, of which the workload is told.
 */
export function comparePolicies(
  before: World,
  after: World,
  resourceNameOf: (object: KubernetesObject) => string,
  expand: (world: World) => World,
): readonly FactChange[] {
  const changes: FactChange[] = compareBroken(before, after);
  const bound = after.derive(listBound);
  if (bound.length === 0) return changes;
  const arePoliciesSame = [KIND, `${KIND}Binding`].every((kind) => before.kind(GROUP, kind) === after.kind(GROUP, kind));
  for (const object of after.objects()) {
    const was = before.get(refOf(object));
    if (was === object && (arePoliciesSame || isMade(object))) continue;
    const facts = bound.flatMap((item) => judge({ object }, was === object ? undefined : was, item, after, resourceNameOf));
    const told =
      was === object
        ? new Set(
            before.derive(listBound).flatMap((item) => judge({ object }, undefined, item, before, resourceNameOf).map(({ key }) => key)),
          )
        : undefined;
    for (const fact of facts) if (told?.has(fact.key) !== true) changes.push({ change: 'gained', fact });
  }
  const known = new Set(judgeMade(before, expand).map(({ key }) => key));
  const made = judgeMade(after, expand).filter(({ key }) => !known.has(key));
  return [...changes, ...made.map((fact): FactChange => ({ change: 'gained', fact }))];
}

/** What the policies that look at pods say of those that the controllers make. */
function judgeMade(world: World, expand: (world: World) => World): readonly Fact[] {
  const bound = world.derive(listBound).filter(({ gatekeeper }) => gatekeeper.criteria.some(mayNamePods));
  if (bound.length === 0) return [];
  return listMadePods(world, expand(world)).flatMap(({ pod, workload }) =>
    bound.flatMap((item) => judge({ object: pod, workload }, undefined, item, world, () => 'pods')),
  );
}

function mayNamePods({ rules }: Gatekeeper['criteria'][number]): boolean {
  return rules === undefined || rules.some(({ resources }) => ['*', '*/*', 'pods'].some((name) => resources.has(name)));
}

/** What is judged, and the workload that it is made of. */
interface Judged {
  readonly object: KubernetesObject;
  readonly workload?: KubernetesObject;
}

/** Controllers' objects are not asked about again one by one. */
function isMade(object: KubernetesObject): boolean {
  return getArray(object.metadata, 'ownerReferences').length > 0;
}

function listBound(world: World): readonly Bound[] {
  return readGatekeepers(world).flatMap((gatekeeper) => {
    if (gatekeeper.kind !== KIND) return [];
    const policy = world.get({ group: GROUP, kind: KIND, name: gatekeeper.name });
    const binding = world.get({ group: GROUP, kind: `${KIND}Binding`, name: gatekeeper.configuration });
    return policy === undefined || binding === undefined ? [] : [{ policy, binding, gatekeeper }];
  });
}

const COMPILED = new WeakMap<KubernetesObject, CompiledPolicy>();

function compileOnce(policy: KubernetesObject): CompiledPolicy {
  let compiled = COMPILED.get(policy);
  if (compiled === undefined) COMPILED.set(policy, (compiled = compilePolicy(policy)));
  return compiled;
}

function judge(
  judged: Judged,
  was: KubernetesObject | undefined,
  { policy, binding, gatekeeper }: Bound,
  world: World,
  resourceNameOf: (object: KubernetesObject) => string,
): readonly Fact[] {
  const { object, workload } = judged;
  const resource = resourceNameOf(object).split('.')[0] ?? '';
  const request = toAdmissionRequest(object, was, resource, world);
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
    const input = toInput(request, world, workload !== undefined);
    const result = evaluatePolicy(compiled, { ...input, params: parameter === null ? null : toValue(parameter) });
    const failed = result.annotations.flatMap(({ error, isIgnored }): PolicyDecision[] =>
      error === undefined || isIgnored === true ? [] : [{ outcome: 'deny', isError: true, message: error, reason: '' }],
    );
    return [...result.decisions, ...failed].flatMap(toFact);
  });
}

function toAdmissionRequest(object: KubernetesObject, was: KubernetesObject | undefined, resource: string, world: World): AdmissionRequest {
  const { group, version, kind } = gvkOf(object);
  const ref = refOf(object);
  const isNamespace = group === '' && kind === 'Namespace';
  const home = isNamespace
    ? object
    : ref.namespace === undefined
      ? undefined
      : world.get({ group: '', kind: 'Namespace', name: ref.namespace });
  return {
    operation: was === undefined ? 'CREATE' : 'UPDATE',
    group,
    versions: [version],
    resource,
    kind,
    namespace: ref.namespace,
    name: ref.name,
    labels: [...(was === undefined ? [] : [labelsOf(was)]), labelsOf(object)],
    namespaceLabels: home === undefined ? undefined : new Map([...labelsOf(home), ['kubernetes.io/metadata.name', nameOf(home)]]),
    object,
    oldObject: was ?? null,
  };
}

function toInput(request: AdmissionRequest, world: World, isMade: boolean): PolicyInput {
  const { object, oldObject, namespace } = request;
  const home = namespace === undefined ? null : world.get({ group: '', kind: 'Namespace', name: namespace });
  return {
    object: toKnown(object, { ...request, isMade }),
    oldObject: toKnown(oldObject, request),
    request: toRequest({ ...request, isMade }),
    namespaceObject: toKnown(home, { ...request, group: '', resource: 'namespaces' }),
    authorizer: UNKNOWN,
    'authorizer.requestResource': UNKNOWN,
  };
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

function compareBroken(before: World, after: World): FactChange[] {
  return after.byKind(GROUP, KIND).flatMap((policy) => {
    const ref = refOf(policy);
    const was = before.get(ref);
    if (was === policy) return [];
    const known = new Set(was === undefined ? [] : listBroken(compileOnce(was)).map(({ expression, error }) => `${expression} ${error}`));
    return listBroken(compileOnce(policy)).flatMap(({ expression, path, error = '', place }): FactChange[] => {
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
