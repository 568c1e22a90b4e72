import type { KubernetesObject } from '../../../../src/model/index.ts';
import { rule } from '../objects.ts';
import { definition, object, STRONG, type ExploitRequest, type Primitive } from './primitive.ts';

/** A controller that runs as the strong ServiceAccount of `prey`. */
function controller(name: string, args: readonly string[] = [], labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  const own = { app: name };
  const spec = { serviceAccountName: 'strong', containers: [{ name: 'manager', image: 'manager', args: [...args] }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'prey', labels: { ...labels } },
    spec: { selector: { matchLabels: own }, template: { metadata: { labels: own }, spec } },
  };
}

function project(destination: string): KubernetesObject {
  return object('argoproj.io/v1alpha1', 'AppProject', 'team', { spec: { destinations: [{ namespace: destination, server: '*' }] } });
}

/** The request that makes a custom resource, again until its definition is served. */
function write(group: string, plural: string, kind: string, name: string, namespace = 'prey'): ExploitRequest {
  const place = namespace === '' ? '' : `namespaces/${namespace}/`;
  const body = object(`${group}/v1`, kind, name, { spec: {} }, namespace);
  return { method: 'POST', path: `/apis/${group}/v1/${place}${plural}`, body, until: { field: ['metadata', 'uid'] } };
}

const ARGO = rule('create', 'argoproj.io', 'applications');
const ARGO_KINDS: readonly KubernetesObject[] = [
  definition('argoproj.io', 'applications', 'Application'),
  definition('argoproj.io', 'appprojects', 'AppProject', 'Namespaced', 'v1alpha1'),
];
const FLUX = 'kustomize.toolkit.fluxcd.io';

/** Whom the server refuses: who may write the status alone. */
function refused(verb: string, group: string, plural: string): NonNullable<Primitive['twin']['refused']> {
  return { why: 'their status says nothing', rules: [rule(verb, group, `${plural}/status`)] };
}

const TEAM = object('v1', 'Namespace', 'team-a', {}, '');

/** A Kustomization, and the controller that obeys it. */
function kustomization(actor: string, args: readonly string[] = []): readonly KubernetesObject[] {
  return [
    definition(FLUX, 'kustomizations', 'Kustomization'),
    object(`${FLUX}/v1`, 'Kustomization', `apps-${actor}`, { spec: {} }),
    controller('kustomize-controller', args),
  ];
}

interface Obeyed {
  readonly by: string;
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly isWide?: true;
  readonly step?: string;
  readonly to: string;
}

/** What controllers obey, and what is got by that. */
const OBEYED: readonly Obeyed[] = [
  { by: 'argocd-application-controller', group: 'argoproj.io', plural: 'applications', kind: 'Application', to: STRONG },
  { by: 'kustomize-controller', group: 'kustomize.toolkit.fluxcd.io', plural: 'kustomizations', kind: 'Kustomization', to: STRONG },
  { by: 'cert-manager', group: 'cert-manager.io', plural: 'issuers', kind: 'Issuer', to: 'secrets prey' },
  { by: 'cert-manager', group: 'cert-manager.io', plural: 'clusterissuers', kind: 'ClusterIssuer', isWide: true, to: 'secrets prey' },
  { by: 'crossplane', group: 'apiextensions.crossplane.io', plural: 'compositions', kind: 'Composition', isWide: true, to: STRONG },
  { by: 'provider-kubernetes-7f', group: 'kubernetes.crossplane.io', plural: 'objects', kind: 'Object', isWide: true, to: STRONG },
  { by: 'provider-helm', group: 'helm.m.crossplane.io', plural: 'releases', kind: 'Release', to: STRONG },
  { by: 'external-secrets', group: 'external-secrets.io', plural: 'secretstores', kind: 'SecretStore', to: 'accounts prey' },
  {
    by: 'external-secrets',
    group: 'external-secrets.io',
    plural: 'clustersecretstores',
    kind: 'ClusterSecretStore',
    isWide: true,
    to: STRONG,
  },
  { by: 'kapp-controller', group: 'kappctrl.k14s.io', plural: 'apps', kind: 'App', to: 'accounts prey' },
  { by: 'kyverno-background-controller', group: 'kyverno.io', plural: 'clusterpolicies', kind: 'ClusterPolicy', isWide: true, to: STRONG },
  {
    by: 'kyverno-admission-controller',
    group: 'policies.kyverno.io',
    plural: 'mutatingpolicies',
    kind: 'MutatingPolicy',
    isWide: true,
    step: 'webhook',
    to: 'admin',
  },
  { by: 'helm-controller', group: 'helm.toolkit.fluxcd.io', plural: 'helmreleases', kind: 'HelmRelease', to: STRONG },
];

/** Kinds of others whose controllers make Pods of the writer's choice. */
const MAKERS: readonly (readonly [group: string, plural: string, kind: string])[] = [
  ['argoproj.io', 'rollouts', 'Rollout'],
  ['argoproj.io', 'sensors', 'Sensor'],
  ['argoproj.io', 'workflows', 'Workflow'],
  ['infra.contrib.fluxcd.io', 'terraforms', 'Terraform'],
  ['keda.sh', 'scaledjobs', 'ScaledJob'],
  ['kubeflow.org', 'notebooks', 'Notebook'],
  ['kubevirt.io', 'virtualmachines', 'VirtualMachine'],
  ['monitoring.coreos.com', 'prometheuses', 'Prometheus'],
  ['ray.io', 'rayclusters', 'RayCluster'],
  ['serving.knative.dev', 'services', 'Service'],
  ['sparkoperator.k8s.io', 'sparkapplications', 'SparkApplication'],
  ['tekton.dev', 'taskruns', 'TaskRun'],
];

/** What is got from controllers that act for who writes their objects. */
export const DEPUTY_PRIMITIVES: readonly Primitive[] = [
  ...OBEYED.map(({ by, group, plural, kind, isWide = false, step = 'confused-deputy', to }): Primitive => {
    const grant = (what: string): Pick<Primitive, 'rules' | 'wide'> =>
      isWide ? { wide: [rule('create', group, what)] } : { rules: [rule('create', group, what)] };
    return {
      name: `${by} acts for who writes ${plural}.${group}`,
      ...grant(plural),
      world: () => [definition(group, plural, kind, isWide ? 'Cluster' : 'Namespaced'), controller(by)],
      step,
      to: () => to,
      replay: (actor) => [write(group, plural, kind, actor, isWide ? '' : 'prey')],
      twin: { why: 'their status says nothing', ...grant(`${plural}/status`) },
    };
  }),
  ...MAKERS.map(([group, plural, kind]): Primitive => ({
    name: `${plural}.${group} are Pods of choice`,
    rules: [rule('create', group, plural)],
    world: () => [definition(group, plural, kind)],
    step: 'pod-create',
    to: () => 'pods prey',
    replay: (actor) => [write(group, plural, kind, actor)],
    twin: { why: 'their status makes none', rules: [rule('create', group, `${plural}/status`)] },
  })),
  {
    name: 'a controller is known by its label',
    rules: [rule('create', 'cert-manager.io', 'issuers')],
    world: () => [
      definition('cert-manager.io', 'issuers', 'Issuer'),
      controller('certificates', [], { 'app.kubernetes.io/name': 'cert-manager' }),
    ],
    step: 'confused-deputy',
    to: () => 'secrets prey',
    replay: (actor) => [write('cert-manager.io', 'issuers', 'Issuer', actor)],
    twin: {
      why: 'what names the program of which it is a part is none of its labels',
      rules: [rule('create', 'cert-manager.io', 'issuers')],
      world: () => [controller('certificates', [], { 'app.kubernetes.io/part-of': 'cert-manager' })],
      refused: refused('create', 'cert-manager.io', 'issuers'),
    },
  },
  {
    name: 'what Crossplane composes it makes itself',
    wide: [rule('create', 'apiextensions.crossplane.io', 'compositions')],
    world: () => [definition('apiextensions.crossplane.io', 'compositions', 'Composition', 'Cluster'), controller('crossplane')],
    step: 'confused-deputy',
    to: () => STRONG,
    replay: (actor) => [write('apiextensions.crossplane.io', 'compositions', 'Composition', actor, '')],
    twin: {
      why: 'its manager of roles has the same label',
      wide: [rule('create', 'apiextensions.crossplane.io', 'compositions')],
      world: () => [controller('crossplane-rbac-manager', [], { 'app.kubernetes.io/name': 'crossplane' })],
      refused: refused('create', 'apiextensions.crossplane.io', 'compositions'),
    },
  },
  {
    name: 'Argo CD applies what an Application says',
    rules: [ARGO],
    world: () => [...ARGO_KINDS, controller('argocd-application-controller')],
    step: 'confused-deputy',
    to: () => STRONG,
    replay: (actor) => [write('argoproj.io', 'applications', 'Application', actor)],
    twin: {
      why: 'its projects write elsewhere alone',
      rules: [ARGO],
      world: () => [...ARGO_KINDS, controller('argocd-application-controller'), project('apps')],
      refused: refused('create', 'argoproj.io', 'applications'),
    },
  },
  {
    name: 'Argo CD applies within the bounds of a project',
    rules: [ARGO],
    world: () => [...ARGO_KINDS, controller('argocd-application-controller'), project('team-*'), TEAM],
    step: 'confused-deputy',
    to: () => 'control team-a',
    replay: (actor) => [write('argoproj.io', 'applications', 'Application', actor)],
    twin: {
      why: 'no namespace is within the bounds',
      rules: [ARGO],
      world: () => [...ARGO_KINDS, controller('argocd-application-controller'), project('team-*-prod'), TEAM],
      refused: refused('create', 'argoproj.io', 'applications'),
    },
  },
  {
    name: 'Flux applies what a Kustomization says',
    rules: [rule('patch', FLUX, 'kustomizations')],
    world: (actor) => kustomization(actor),
    step: 'confused-deputy',
    to: () => STRONG,
    replay: (actor) => [
      { method: 'PATCH', path: `/apis/${FLUX}/v1/namespaces/prey/kustomizations/apps-${actor}`, body: { spec: { path: './thief' } } },
    ],
    twin: {
      why: 'it acts as the account of the namespace',
      rules: [rule('patch', FLUX, 'kustomizations')],
      world: (actor) => kustomization(actor, ['--default-service-account=tenant']),
      refused: refused('patch', FLUX, 'kustomizations'),
    },
  },
];
