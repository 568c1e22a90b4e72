import {
  findServiceFault,
  findSight,
  readGatekeepers,
  type AdmissionRequest,
  type Gatekeeper,
  type Sight,
} from '../engine/admission/index.ts';
import {
  labelsOf,
  nameOf,
  toFinding,
  toRefKey,
  type Admission,
  type Finding,
  type KubernetesObject,
  type ObjectRef,
  type RefKey,
  type Step,
  type Wave,
} from '../model/index.ts';
import type { JsonObject } from '../std/index.ts';
import type { Desired, PlanInput } from './input.ts';

/** A change with the object on either side of it. */
interface ChangedSides {
  readonly change: { readonly ref: ObjectRef };
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
}

/**
 * The webhooks and policies of the cluster that are asked about the changes, by kind and name. Of namespaces that the plan
 * makes or changes, the labels to come decide. Those that the plan itself makes or changes are taken as they are before.
 */
export function listAdmission(waves: readonly Wave[], entries: readonly ChangedSides[], input: PlanInput): readonly Admission[] {
  const gatekeepers = input.mode === 'live' ? readGatekeepers(input.before) : [];
  if (gatekeepers.length === 0) return [];
  const sides = new Map(entries.map((entry) => [toRefKey(entry.change.ref), entry]));
  const requests = waves.flatMap(({ steps }) => steps.map((step) => ({ ref: step.ref, asked: toRequests(step, sides, input) })));
  return gatekeepers.flatMap((gatekeeper) => {
    const looks = gatekeeper.conditions.length > 0;
    const others = gatekeepers.filter((other) => looks && other.mutates && other !== gatekeeper);
    const look = (request: AdmissionRequest): Sight => findSight(gatekeeper, asSeen(request, others));
    const sights = requests.map(({ ref, asked }) => ({ ref, sights: asked.map(look) }));
    const sees = sights.filter(({ sights: all }) => all.includes('sees')).map(({ ref }) => ref);
    const maySee = sights.filter(({ sights: all }) => all.includes('may') && !all.includes('sees')).map(({ ref }) => ref);
    return sees.length + maySee.length === 0 ? [] : [{ ...nameGatekeeper(gatekeeper), sees, maySee }];
  });
}

/** A write as a gatekeeper may see it: what others may change before is not known. */
function asSeen(request: AdmissionRequest, mutating: readonly Gatekeeper[]): AdmissionRequest {
  const isChanged = request.object !== null && mutating.some((other) => findSight(other, request) !== 'not');
  const { object: _, ...rest } = request;
  return isChanged ? rest : request;
}

function nameGatekeeper({ kind, name, configuration, failurePolicy }: Gatekeeper): Omit<Admission, 'sees' | 'maySee'> {
  return { kind, name, configuration, failurePolicy };
}

/** What the API server is asked to do for a step. */
function toRequests(step: Step, sides: ReadonlyMap<RefKey, ChangedSides>, input: PlanInput): readonly AdmissionRequest[] {
  const { ref, action } = step;
  const { before, after } = sides.get(toRefKey(ref)) ?? {};
  const versions = input.catalog.findVersions(ref.group, ref.kind);
  const [kind] = versions;
  if (kind === undefined) return [];
  const operations = OPERATIONS[action];
  return operations.map((operation) => ({
    operation,
    group: ref.group,
    versions: [ref.version, ...versions.map(({ version }) => version)],
    resource: kind.plural,
    namespace: ref.namespace,
    name: ref.name,
    labels: [operation === 'CREATE' ? undefined : before, operation === 'DELETE' ? undefined : after].flatMap((object) =>
      object === undefined ? [] : [labelsOf(object)],
    ),
    namespaceLabels: namespaceLabelsOf(ref, sides, input),
    kind: ref.kind,
    ...sideOf('object', operation === 'DELETE' ? null : after),
    ...sideOf('oldObject', operation === 'CREATE' ? null : before),
  }));
}

function sideOf<K extends 'object' | 'oldObject'>(
  name: K,
  object: KubernetesObject | null | undefined,
): { readonly [P in K]?: JsonObject | null } {
  const side: { [P in K]?: JsonObject | null } = {};
  if (object !== undefined) side[name] = object;
  return side;
}

const OPERATIONS: Readonly<Record<Step['action'], readonly AdmissionRequest['operation'][]>> = {
  create: ['CREATE'],
  update: ['UPDATE'],
  replace: ['DELETE', 'CREATE'],
  delete: ['DELETE'],
  none: [],
};

const NAME_LABEL = 'kubernetes.io/metadata.name';

function namespaceLabelsOf(
  ref: ObjectRef,
  sides: ReadonlyMap<RefKey, ChangedSides>,
  { before }: PlanInput,
): ReadonlyMap<string, string> | undefined {
  const name = ref.group === '' && ref.kind === 'Namespace' ? ref.name : ref.namespace;
  if (name === undefined) return undefined;
  const namespace = { group: '', version: 'v1', kind: 'Namespace', name };
  const object = sides.get(toRefKey(namespace))?.after ?? before.get(namespace);
  return object === undefined ? undefined : new Map([...labelsOf(object), [NAME_LABEL, nameOf(object)]]);
}

/** What is said of webhooks that refuse all they see because nobody answers for them. A dump may not hold what answers. */
export function findUnreachable(
  admission: readonly Admission[],
  byKey: ReadonlyMap<RefKey, Desired>,
  { before, beforeSource, unread = [] }: PlanInput,
): readonly Finding[] {
  const isWhole =
    beforeSource.kind === 'cluster' && !unread.some((kind) => kind === '/Service' || kind === 'discovery.k8s.io/EndpointSlice');
  if (!isWhole || admission.length === 0) return [];
  const asked = new Map(admission.map((item) => [keyOf(item), item]));
  return readGatekeepers(before).flatMap((gatekeeper) => {
    const { service, failurePolicy, kind, name, configuration } = gatekeeper;
    const seen = asked.get(keyOf(gatekeeper));
    if (seen === undefined || service === undefined || failurePolicy === 'Ignore') return [];
    if (byKey.has(toRefKey({ group: '', kind: 'Service', namespace: service.namespace, name: service.name }))) return [];
    const problem = findServiceFault(before, service);
    if (problem === undefined) return [];
    const [first] = [...seen.sees, ...seen.maySee];
    const source = first === undefined ? undefined : byKey.get(toRefKey(first))?.manifest.origin;
    return [
      toFinding('KP0302', {
        ...(source === undefined ? {} : { source: source.locate([]) }),
        data: {
          kind: kind === 'MutatingWebhook' ? 'mutating webhook' : 'validating webhook',
          webhook: name,
          configuration,
          service: `${service.namespace}/${service.name}`,
          problem,
          count: seen.sees.length + seen.maySee.length,
        },
      }),
    ];
  });
}

function keyOf({ kind, name, configuration }: Pick<Admission, 'kind' | 'name' | 'configuration'>): string {
  return [kind, name, configuration].join('\0');
}
