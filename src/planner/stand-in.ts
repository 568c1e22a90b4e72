import { readGatekeepers, selectsAlike } from '../engine/admission/index.ts';
import { labelsOf, nameOf, type KubernetesObject, type ObjectRef, type Step, type World } from '../model/index.ts';

/** A namespace to ask about a change in, where its own is made in the same change. */
export interface StandIn {
  readonly namespace: string;
  /**
   * True where it is in every way like the one to come, but for its name: every webhook and policy selects both or neither,
   * Pod Security asks the same of both, and neither has a quota or limits. Otherwise all that is learnt is whether the
   * object is valid.
   */
  readonly isAlike: boolean;
}

const NAME_LABEL = 'kubernetes.io/metadata.name';
const POD_SECURITY = 'pod-security.kubernetes.io/';
const BOUNDS = ['LimitRange', 'ResourceQuota'];

/** A namespace that is there and has no object of that kind and name: one like the object's own, if there is one. */
export function findStandIn(ref: ObjectRef, steps: readonly Step[], before: World): StandIn | undefined {
  const names = before
    .byKind('', 'Namespace')
    .filter((object) => object.metadata['deletionTimestamp'] === undefined && isFree(ref, nameOf(object), before))
    .toSorted((a, b) => Number(isOrdinary(b)) - Number(isOrdinary(a)));
  const home = steps.find(({ ref: { group, kind, name } }) => group === '' && kind === 'Namespace' && name === ref.namespace)?.desired;
  const isBounded = steps.some(({ ref: { group, kind, namespace } }) => isBound(group, kind) && namespace === ref.namespace);
  const twin = home === undefined || isBounded ? undefined : names.find((object) => isAlike(home, object, before));
  if (twin !== undefined) return { namespace: nameOf(twin), isAlike: true };
  const other = names.find((object) => nameOf(object) === 'default') ?? names[0];
  return other === undefined ? undefined : { namespace: nameOf(other), isAlike: false };
}

function isFree(ref: ObjectRef, namespace: string, before: World): boolean {
  return before.get({ ...ref, namespace }) === undefined;
}

/** What webhooks and policies like to treat in another way is the last choice. */
function isOrdinary(namespace: KubernetesObject): boolean {
  return nameOf(namespace) !== 'default' && !nameOf(namespace).startsWith('kube-');
}

function isBound(group: string, kind: string): boolean {
  return group === '' && BOUNDS.includes(kind);
}

function isAlike(home: KubernetesObject, other: KubernetesObject, before: World): boolean {
  const [own, theirs] = [labelsWithName(home), labelsWithName(other)];
  if (BOUNDS.some((kind) => before.kind('', kind).inNamespace(nameOf(other)).length > 0)) return false;
  if (!isContained(own, theirs) || !isContained(theirs, own)) return false;
  return readGatekeepers(before).every((gatekeeper) => selectsAlike(gatekeeper, own, theirs));
}

function labelsWithName(namespace: KubernetesObject): ReadonlyMap<string, string> {
  return new Map([...labelsOf(namespace), [NAME_LABEL, nameOf(namespace)]]);
}

/** Whether one asks of pods whatever the other asks. */
function isContained(labels: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): boolean {
  return [...labels].every(([key, value]) => !key.startsWith(POD_SECURITY) || others.get(key) === value);
}
