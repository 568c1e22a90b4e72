import { getArray, getString } from '../../std/index.ts';
import { namespaceOf, refOf, type KubernetesObject, type ObjectRef } from '../../model/index.ts';

/** Whom a binding names; the authorizer looks at kind, name and namespace alone. */
export interface Subject {
  readonly kind: string;
  readonly name: string;
  /** For ServiceAccounts: its own namespace, or the RoleBinding's where it names none. */
  readonly namespace: string;
}

/** A RoleBinding, or a ClusterRoleBinding (its namespace is `""`). */
export interface Binding {
  readonly ref: ObjectRef;
  readonly namespace: string;
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly Subject[];
}

const BINDINGS = new WeakMap<KubernetesObject, Binding>();

/** Decodes a binding; remembered, for objects never change. */
export function readBinding(object: KubernetesObject): Binding {
  let binding = BINDINGS.get(object);
  if (binding === undefined) BINDINGS.set(object, (binding = decode(object)));
  return binding;
}

function decode(object: KubernetesObject): Binding {
  const namespace = object.kind === 'RoleBinding' ? (namespaceOf(object) ?? '') : '';
  return {
    ref: refOf(object),
    namespace,
    role: { kind: getString(object, 'roleRef', 'kind') ?? '', name: getString(object, 'roleRef', 'name') ?? '' },
    subjects: getArray(object, 'subjects').map((subject) => {
      const own = getString(subject, 'namespace') ?? '';
      return {
        kind: getString(subject, 'kind') ?? '',
        name: getString(subject, 'name') ?? '',
        namespace: own === '' ? namespace : own,
      };
    }),
  };
}

const KEYS = new WeakMap<Binding, readonly (string | undefined)[]>();

/** The keys of the subjects of a binding, in their order; remembered, for bindings never change. */
export function listSubjectKeys(binding: Binding): readonly (string | undefined)[] {
  let keys = KEYS.get(binding);
  if (keys === undefined) KEYS.set(binding, (keys = binding.subjects.map(toSubjectKey)));
  return keys;
}

/**
 * The key under which a subject is found (`appliesToUser`): a ServiceAccount is the user of its name; a subject of
 * another kind, or a ServiceAccount without a namespace, is nobody.
 */
export function toSubjectKey(subject: Subject): string | undefined {
  switch (subject.kind) {
    case 'User':
      return toUserKey(subject.name);
    case 'Group':
      return toGroupKey(subject.name);
    case 'ServiceAccount':
      return subject.namespace === '' ? undefined : toUserKey(`system:serviceaccount:${subject.namespace}:${subject.name}`);
    default:
      return undefined;
  }
}

/** The key of a user. */
export function toUserKey(name: string): string {
  return `user ${name}`;
}

/** The key of a group. */
export function toGroupKey(name: string): string {
  return `group ${name}`;
}

/** A binding and one of its subjects as the API server words them: `RoleBinding "b/ns" of Role "r" to User "u"`. */
export function describeBinding(binding: Binding, subject: Subject): string {
  const name = binding.namespace === '' ? binding.ref.name : `${binding.ref.name}/${binding.namespace}`;
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace}` : subject.name;
  return `${binding.ref.kind} "${name}" of ${binding.role.kind} "${binding.role.name}" to ${subject.kind} "${who}"`;
}
