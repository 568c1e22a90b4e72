/** What makes a permission dangerous: by itself it leads to more than it says. */
export interface Power {
  readonly id: string;
  /** What one can do with it, after "can now". */
  readonly phrase: string;
  readonly verbs: readonly string[];
}

interface PowerRule extends Power {
  readonly group: string;
  readonly resources: readonly string[];
}

const WORKLOADS: readonly (readonly [string, readonly string[]])[] = [
  ['', ['pods', 'replicationcontrollers']],
  ['apps', ['daemonsets', 'deployments', 'replicasets', 'statefulsets']],
  ['batch', ['cronjobs', 'jobs']],
];

const POWERS: readonly PowerRule[] = [
  { id: 'read-secrets', phrase: 'read Secrets', group: '', resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
  { id: 'exec', phrase: 'run commands in Pods', group: '', resources: ['pods/exec', 'pods/attach'], verbs: ['create', 'get'] },
  { id: 'debug', phrase: 'add containers to running Pods', group: '', resources: ['pods/ephemeralcontainers'], verbs: ['patch', 'update'] },
  { id: 'node-proxy', phrase: 'run commands on nodes (nodes/proxy)', group: '', resources: ['nodes/proxy'], verbs: ['create', 'get'] },
  { id: 'token', phrase: 'issue tokens of ServiceAccounts', group: '', resources: ['serviceaccounts/token'], verbs: ['create'] },
  {
    id: 'impersonate',
    phrase: 'act as others (impersonate)',
    group: '',
    resources: ['groups', 'serviceaccounts', 'users'],
    verbs: ['impersonate'],
  },
  {
    id: 'escalate',
    phrase: 'write roles beyond its own rights (escalate)',
    group: 'rbac.authorization.k8s.io',
    resources: ['clusterroles', 'roles'],
    verbs: ['escalate'],
  },
  {
    id: 'bind',
    phrase: 'bind roles beyond its own rights (bind)',
    group: 'rbac.authorization.k8s.io',
    resources: ['clusterroles', 'roles'],
    verbs: ['bind'],
  },
  {
    id: 'sign',
    phrase: 'approve and sign certificates (signers)',
    group: 'certificates.k8s.io',
    resources: ['signers'],
    verbs: ['approve', 'sign'],
  },
  {
    id: 'webhook',
    phrase: 'alter what others write (mutating admission)',
    group: 'admissionregistration.k8s.io',
    resources: ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings', 'mutatingwebhookconfigurations'],
    verbs: ['create', 'patch', 'update'],
  },
  ...WORKLOADS.map(([group, resources]) => ({
    id: 'run-pods',
    phrase: 'run Pods of its choice',
    group,
    resources,
    verbs: ['create', 'patch', 'update'],
  })),
];

/**
 * The dangerous powers in some verbs on a resource, each with the verbs that give it. A wildcard resource is a power of its
 * own where it takes in Secrets or every verb.
 */
export function listPowers(of: { readonly group: string; readonly resource: string; readonly verbs: readonly string[] }): readonly Power[] {
  const { group, resource, verbs } = of;
  const isAnyVerb = verbs.includes('*');
  if (resource === '*' && (group === '*' || group === '' || isAnyVerb)) {
    const what = group === '*' ? 'every resource' : `everything of ${group === '' ? 'the core group' : group}`;
    const secrets = group === '*' || group === '' ? ', Secrets included' : '';
    return [{ id: 'wildcard', phrase: `${isAnyVerb ? 'do anything with' : verbs.join(', ')} ${what}${secrets}`, verbs }];
  }
  return POWERS.flatMap((power) => {
    if ((resource !== '*' && !power.resources.includes(resource)) || (group !== '*' && group !== power.group)) return [];
    const dangerous = isAnyVerb ? ['*'] : verbs.filter((verb) => power.verbs.includes(verb));
    return dangerous.length > 0 ? [{ id: power.id, phrase: power.phrase, verbs: dangerous }] : [];
  });
}
