import type { SourcedRule } from '../role.ts';
import type { PolicyRule } from '../rule.ts';
import { isOutsideNamespaces } from '../scope.ts';

/** A permission that a step of a path asks for, as `verb group/resource`: `create /pods/exec`, `patch apps/deployments`. */
export type Right = string;

/** For which names a right is held: for every one, and for these. */
export interface Names {
  readonly all: boolean;
  readonly names: ReadonlySet<string>;
}

/** Kinds of which somebody else's controller makes Pods with a template of the writer's choice, by group. */
export const POD_MAKERS: Readonly<Record<string, readonly string[]>> = {
  '': ['pods', 'replicationcontrollers'],
  apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  'argoproj.io': ['cronworkflows', 'rollouts', 'sensors', 'workflows'],
  batch: ['cronjobs', 'jobs'],
  'batch.volcano.sh': ['jobs'],
  'infra.contrib.fluxcd.io': ['terraforms'],
  'keda.sh': ['scaledjobs'],
  'kubeflow.org': ['mpijobs', 'notebooks', 'pytorchjobs', 'tfjobs'],
  'kubevirt.io': ['virtualmachineinstancereplicasets', 'virtualmachineinstances', 'virtualmachines'],
  'monitoring.coreos.com': ['alertmanagers', 'prometheusagents', 'prometheuses'],
  'ray.io': ['rayclusters', 'rayjobs', 'rayservices'],
  'serving.knative.dev': ['configurations', 'services'],
  'sparkoperator.k8s.io': ['scheduledsparkapplications', 'sparkapplications'],
  'tekton.dev': ['pipelineruns', 'taskruns'],
  'tf.galleybytes.com': ['terraforms'],
};

/** Kinds whose objects a controller carries out with rights of its own, by group. */
const DEPUTY_KINDS: Readonly<Record<string, readonly string[]>> = {
  'apiextensions.crossplane.io': ['compositions'],
  'argoproj.io': ['applications', 'applicationsets'],
  'cert-manager.io': ['clusterissuers', 'issuers'],
  'external-secrets.io': ['clustersecretstores', 'secretstores'],
  'helm.crossplane.io': ['releases'],
  'helm.m.crossplane.io': ['releases'],
  'helm.toolkit.fluxcd.io': ['helmreleases'],
  'kappctrl.k14s.io': ['apps'],
  'kubernetes.crossplane.io': ['objects'],
  'kubernetes.m.crossplane.io': ['objects'],
  'kustomize.toolkit.fluxcd.io': ['kustomizations'],
  'kyverno.io': ['clusterpolicies'],
  'packaging.carvel.dev': ['packageinstalls'],
  'policies.kyverno.io': ['generatingpolicies', 'mutatingpolicies'],
  'source.toolkit.fluxcd.io': ['buckets', 'gitrepositories', 'ocirepositories'],
};

/** Kinds that guard what is admitted, by group; a group of policies has kinds of any name. */
export const GUARD_KINDS: Readonly<Record<string, readonly string[]>> = {
  'admissionregistration.k8s.io': ['validatingadmissionpolicies', 'validatingadmissionpolicybindings', 'validatingwebhookconfigurations'],
  'constraints.gatekeeper.sh': ['*'],
  'kyverno.io': ['clusterpolicies', 'policies'],
  'policies.kyverno.io': ['*'],
  'templates.gatekeeper.sh': ['constrainttemplates'],
};

interface Asked {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

const WRITE = 'create patch update';

const ASKED: readonly Asked[] = [
  ...ask('', 'secrets', `${WRITE} get list watch`),
  ...ask('', 'configmaps serviceaccounts', WRITE),
  ...ask('', 'pods/exec pods/attach', 'create get'),
  ...ask('', 'pods/portforward serviceaccounts/token', 'create'),
  ...ask('', 'pods/log nodes/log', 'get'),
  ...ask('', 'services', WRITE),
  ...ask('', 'pods/ephemeralcontainers pods/status services/status namespaces', 'patch update'),
  ...ask('', 'pods/proxy services/proxy nodes/proxy', 'create get'),
  ...ask('', 'persistentvolumes persistentvolumeclaims', 'create'),
  ...ask('', 'endpoints', WRITE),
  ...ask('discovery.k8s.io', 'endpointslices', WRITE),
  ...ask('', 'users groups serviceaccounts', 'impersonate'),
  ...ask('authentication.k8s.io', 'users groups', 'impersonate:user-info'),
  ...ask('authentication.k8s.io', 'serviceaccounts', 'impersonate:serviceaccount'),
  ...ask('authentication.k8s.io', 'nodes', 'impersonate:arbitrary-node impersonate:associated-node'),
  ...ask('rbac.authorization.k8s.io', 'clusterroles roles', `${WRITE} bind escalate`),
  ...ask('rbac.authorization.k8s.io', 'clusterrolebindings rolebindings', WRITE),
  ...ask('certificates.k8s.io', 'certificatesigningrequests', 'create get list watch'),
  ...ask('certificates.k8s.io', 'certificatesigningrequests/approval certificatesigningrequests/status', 'patch update'),
  ...ask('certificates.k8s.io', 'certificatesigningrequests/nodeclient', 'create'),
  ...ask('certificates.k8s.io', 'signers', 'approve sign'),
  ...ask(
    'admissionregistration.k8s.io',
    'mutatingwebhookconfigurations mutatingadmissionpolicies mutatingadmissionpolicybindings validatingwebhookconfigurations',
    WRITE,
  ),
  ...ask('apiregistration.k8s.io', 'apiservices', WRITE),
  ...ask('apiextensions.k8s.io', 'customresourcedefinitions', WRITE),
  ...ask('argoproj.io', 'appprojects', WRITE),
  ...Object.entries(POD_MAKERS).flatMap(([group, kinds]) => ask(group, kinds.join(' '), WRITE)),
  ...Object.entries(DEPUTY_KINDS).flatMap(([group, kinds]) => ask(group, kinds.join(' '), WRITE)),
  ...Object.entries(GUARD_KINDS).flatMap(([group, kinds]) => ask(group, kinds.join(' '), 'delete patch update')),
  ...ask('*', '*', '*'),
];

/** Of other makers than Kubernetes; and everything, which a namespace holds but a part of. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  '*/*',
  'apiextensions.crossplane.io/compositions',
  'cert-manager.io/clusterissuers',
  'external-secrets.io/clustersecretstores',
  'helm.crossplane.io/releases',
  'kubernetes.crossplane.io/objects',
  'kyverno.io/clusterpolicies',
  'policies.kyverno.io/generatingpolicies',
  'policies.kyverno.io/mutatingpolicies',
]);

function ask(group: string, resources: string, verbs: string): readonly Asked[] {
  return resources.split(' ').map((resource) => ({ group, resource, verbs: verbs.split(' ') }));
}

/** Whether a right is one to something without a namespace: bound in a namespace it says nothing. */
export function isWide(right: Right): boolean {
  const { verb, group, resource } = parseRight(right);
  return CLUSTER_SCOPED.has(`${group}/${resource}`) || isOutsideNamespaces({ verb, group, resource });
}

function parseRight(right: Right): { readonly verb: string; readonly group: string; readonly resource: string } {
  const [space, slash] = [right.indexOf(' '), right.indexOf('/')];
  return { verb: right.slice(0, space), group: right.slice(space + 1, slash), resource: right.slice(slash + 1) };
}

const RIGHTS = new WeakMap<readonly SourcedRule[], ReadonlyMap<Right, Names>>();

/** The rights among those that steps ask for that the rules of a role give; remembered, for rules never change. */
export function listRights(rules: readonly SourcedRule[]): ReadonlyMap<Right, Names> {
  let rights = RIGHTS.get(rules);
  if (rights === undefined) RIGHTS.set(rules, (rights = collectRights(rules)));
  return rights;
}

function collectRights(rules: readonly SourcedRule[]): ReadonlyMap<Right, Names> {
  const rights = new Map<Right, { all: boolean; readonly names: Set<string> }>();
  for (const { rule } of rules) {
    for (const { group, resource, verbs } of ASKED) {
      if (!isGiven(rule.apiGroups, group) || !isResourceGiven(rule, resource)) continue;
      for (const verb of verbs) {
        if (!isGiven(rule.verbs, verb)) continue;
        const right = `${verb} ${group}/${resource}`;
        let names = rights.get(right);
        if (names === undefined) rights.set(right, (names = { all: false, names: new Set() }));
        if (rule.resourceNames.length === 0) names.all = true;
        else for (const name of rule.resourceNames) names.names.add(name);
      }
    }
  }
  return rights;
}

/** The rules that give a right, for every name or for one of these. */
export function listRulesOf(rules: readonly SourcedRule[], right: Right, names: readonly string[]): readonly SourcedRule[] {
  const { verb, group, resource } = parseRight(right);
  return rules.filter(
    ({ rule }) =>
      isGiven(rule.verbs, verb) &&
      isGiven(rule.apiGroups, group) &&
      isResourceGiven(rule, resource) &&
      (rule.resourceNames.length === 0 || names.some((name) => rule.resourceNames.includes(name))),
  );
}

function isGiven(list: readonly string[], item: string): boolean {
  return list.includes(item) || list.includes('*');
}

function isResourceGiven({ resources }: PolicyRule, resource: string): boolean {
  if (isGiven(resources, resource)) return true;
  const slash = resource.indexOf('/');
  return slash > 0 && resources.includes(`*${resource.slice(slash)}`);
}
