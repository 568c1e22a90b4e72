import { getArray, getString, isStarMatch } from '../../../std/index.ts';
import { containersOf, labelsOf, nameOf, podTemplateOf, type KubernetesObject, type World } from '../../../model/index.ts';
import type { Footing } from './graph.ts';
import type { Workload } from './workload.ts';

/** What is got by writing an object that a controller carries out: what its account may do, or what it does for any writer where the object is. */
type Gift = 'account' | 'accounts' | 'mutation' | 'secrets' | 'secrets-beside';

/** A controller that carries out what the objects of its kinds say, with rights of its own. */
export interface Deputy {
  /** The resources that it obeys, as `group/resource`. */
  readonly resources: readonly string[];
  readonly gifts: readonly Gift[];
  /** Where the objects that it obeys lie; `*`: in every namespace. */
  readonly obeyed: readonly string[];
  readonly namespace: string;
  readonly account: string;
  /** The account that it acts as instead, in the namespace of the object. */
  readonly standIn?: string;
  /** The only namespaces that it writes to for a writer of such objects alone; absent: wherever its account may. */
  readonly limits?: readonly string[];
  readonly footing: readonly Footing[];
}

interface Controller {
  /** Of its workload, with stars; and, where that says nothing of others, the value of the label `app.kubernetes.io/name`. */
  readonly name: string;
  readonly isLabelShared?: boolean;
  readonly resources: readonly string[];
  readonly gifts: readonly Gift[];
}

const SOURCES = ['buckets', 'gitrepositories', 'ocirepositories'].map((kind) => `source.toolkit.fluxcd.io/${kind}`);

/**
 * Known controllers. That of cert-manager sends what a Secret beside the Issuer holds to the server that it names (those of a ClusterIssuer lie
 * in its own namespace), that of External Secrets does so too and takes tokens of the ServiceAccounts there, kapp-controller acts as one of them;
 * Kyverno makes objects, and alters what others write.
 */
const CONTROLLERS: readonly Controller[] = [
  { name: 'argocd-application-controller', resources: ['argoproj.io/applications', 'argoproj.io/applicationsets'], gifts: ['account'] },
  { name: 'cert-manager', resources: ['cert-manager.io/issuers'], gifts: ['secrets'] },
  { name: 'cert-manager', resources: ['cert-manager.io/clusterissuers'], gifts: ['secrets-beside'] },
  { name: 'crossplane', isLabelShared: true, resources: ['apiextensions.crossplane.io/compositions'], gifts: ['account'] },
  { name: 'external-secrets', resources: ['external-secrets.io/secretstores'], gifts: ['accounts', 'secrets'] },
  { name: 'external-secrets', resources: ['external-secrets.io/clustersecretstores'], gifts: ['account'] },
  { name: 'helm-controller', resources: ['helm.toolkit.fluxcd.io/helmreleases'], gifts: ['account'] },
  { name: 'kapp-controller', resources: ['kappctrl.k14s.io/apps', 'packaging.carvel.dev/packageinstalls'], gifts: ['accounts'] },
  { name: 'kustomize-controller', resources: ['kustomize.toolkit.fluxcd.io/kustomizations', ...SOURCES], gifts: ['account'] },
  {
    name: 'kyverno-admission-controller',
    resources: ['kyverno.io/clusterpolicies', 'policies.kyverno.io/mutatingpolicies'],
    gifts: ['mutation'],
  },
  {
    name: 'kyverno-background-controller',
    resources: ['kyverno.io/clusterpolicies', 'policies.kyverno.io/generatingpolicies'],
    gifts: ['account'],
  },
  { name: 'provider-helm*', resources: ['helm.crossplane.io/releases', 'helm.m.crossplane.io/releases'], gifts: ['account'] },
  {
    name: 'provider-kubernetes*',
    resources: ['kubernetes.crossplane.io/objects', 'kubernetes.m.crossplane.io/objects'],
    gifts: ['account'],
  },
];

/** The controllers of a world that write for others. */
export function listDeputies(world: World, workloads: readonly Workload[]): readonly Deputy[] {
  return workloads.flatMap((workload) => {
    const object = world.get(workload.ref);
    return object === undefined ? [] : CONTROLLERS.flatMap((controller) => toDeputy(controller, object, workload, world) ?? []);
  });
}

function toDeputy(
  { name, isLabelShared = false, resources, gifts }: Controller,
  object: KubernetesObject,
  workload: Workload,
  world: World,
): Deputy | undefined {
  const { account, namespace } = workload;
  const isMeant = isStarMatch(name, nameOf(object)) || (!isLabelShared && labelsOf(object).get('app.kubernetes.io/name') === name);
  if (account === undefined || !isMeant) return undefined;
  const options = readOptions(podTemplateOf(object)?.spec ?? {});
  const isArgo = name.startsWith('argocd');
  const standIn = options.get('default-service-account');
  const limits = isArgo ? listDestinations(world, namespace) : undefined;
  return {
    resources,
    gifts,
    obeyed: isArgo ? [namespace, ...(options.get('application-namespaces')?.split(',') ?? [])] : ['*'],
    namespace,
    account: account.name,
    ...(standIn === undefined ? {} : { standIn }),
    ...(limits === undefined ? {} : { limits }),
    footing: [{ ref: workload.ref }],
  };
}

/** The flags of all containers, without their dashes. */
function readOptions(spec: Parameters<typeof containersOf>[0]): ReadonlyMap<string, string> {
  const words = containersOf(spec).flatMap(({ container }) =>
    [...getArray(container, 'command'), ...getArray(container, 'args')].filter((item) => typeof item === 'string'),
  );
  const options = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    const [, name, value] = /^--([a-z-]+)(?:=(.*))?$/.exec(word) ?? [];
    if (name !== undefined) options.set(name, value ?? words[index + 1] ?? '');
  }
  return options;
}

/** The namespaces, with stars, that the AppProjects of a namespace let Applications write to; undefined where one has no bounds, or there is none. */
function listDestinations(world: World, namespace: string): readonly string[] | undefined {
  const projects = world.kind('argoproj.io', 'AppProject').inNamespace(namespace);
  const destinations = projects.flatMap((project) =>
    getArray(project, 'spec', 'destinations').map((destination) => getString(destination, 'namespace') ?? ''),
  );
  return projects.length === 0 || destinations.includes('*') ? undefined : destinations;
}
