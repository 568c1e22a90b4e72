import { toAuthorizer, toResourceCheck, UNKNOWN, type AccessDecision, type AccessQuestion, type Result } from '../../../cel/index.ts';
import { gvkOf, labelsOf, nameOf, refOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { toKnown, toRequest } from '../conditions.ts';
import type { AdmissionRequest } from '../sight.ts';
import type { Patcher } from './mutate.ts';
import type { PolicyInput } from './session.ts';

/** Who writes. */
export interface Writer {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What policies are told of the cluster; what is left out is not known. */
export interface PolicySetting {
  /** The resource of an object: `deployments.apps`. */
  readonly resourceNameOf: (object: KubernetesObject) => string;
  readonly patcher?: Patcher;
  /** Who applies the objects of manifests. */
  readonly writer?: Writer;
  /** Whether somebody may do something in a world. */
  readonly authorize?: (world: World, writer: Writer, question: AccessQuestion) => AccessDecision;
}

/** An object that is written, and the workload that it is made of where a controller makes it. */
export interface Judged {
  readonly object: KubernetesObject;
  readonly workload?: KubernetesObject;
}

/** The write of an object, as gatekeepers look at it. */
export function toAdmissionRequest(
  { object }: Judged,
  was: KubernetesObject | undefined,
  world: World,
  { resourceNameOf }: PolicySetting,
): AdmissionRequest {
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
    resource: resourceNameOf(object).split('.')[0] ?? '',
    kind,
    namespace: ref.namespace,
    name: ref.name,
    labels: [...(was === undefined ? [] : [labelsOf(was)]), labelsOf(object)],
    namespaceLabels: home === undefined ? undefined : new Map([...labelsOf(home), ['kubernetes.io/metadata.name', nameOf(home)]]),
    object,
    oldObject: was ?? null,
  };
}

/** What expressions may look at of a write. Who makes pods for a controller is not asked about. */
export function toInput(request: AdmissionRequest, { workload }: Judged, world: World, setting: PolicySetting): PolicyInput {
  const { object, oldObject, namespace, group, resource, name } = request;
  const isMade = workload !== undefined;
  const home = namespace === undefined ? null : world.get({ group: '', kind: 'Namespace', name: namespace });
  const writer = isMade ? undefined : setting.writer;
  return {
    object: toKnown(object, { ...request, isMade }),
    oldObject: toKnown(oldObject, request),
    request: toRequest({ ...request, isMade, ...(writer === undefined ? {} : { writer }) }),
    namespaceObject: toKnown(home, { ...request, group: '', resource: 'namespaces' }),
    ...toAuthorizers(world, writer, setting, { group, resource, name, ...(namespace === undefined ? {} : { namespace }) }),
  };
}

function toAuthorizers(
  world: World,
  writer: Writer | undefined,
  { authorize }: PolicySetting,
  resource: Omit<AccessQuestion, 'verb'>,
): Record<'authorizer' | 'authorizer.requestResource', Result> {
  if (writer === undefined || authorize === undefined) return { authorizer: UNKNOWN, 'authorizer.requestResource': UNKNOWN };
  const ask = (question: AccessQuestion): AccessDecision => authorize(world, writer, question);
  return { authorizer: toAuthorizer(ask), 'authorizer.requestResource': toResourceCheck(ask, resource) };
}
