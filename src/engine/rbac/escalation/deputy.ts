import { getArray, getString } from '../../../std/index.ts';
import { containersOf, labelsOf, nameOf, podTemplateOf, type World } from '../../../model/index.ts';
import type { Footing } from './graph.ts';
import type { Workload } from './workload.ts';

/** A controller that carries out what the objects of its kinds say, with rights of its own. */
export interface Deputy {
  /** The resources that it obeys, as `group/resource`. */
  readonly resources: readonly string[];
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
  readonly name: string;
  readonly resources: readonly string[];
}

const SOURCES = ['buckets', 'gitrepositories', 'ocirepositories'].map((kind) => `source.toolkit.fluxcd.io/${kind}`);

/** Known controllers, by the name of their workload or of their label `app.kubernetes.io/name`. */
const CONTROLLERS: readonly Controller[] = [
  { name: 'argocd-application-controller', resources: ['argoproj.io/applications', 'argoproj.io/applicationsets'] },
  { name: 'helm-controller', resources: ['helm.toolkit.fluxcd.io/helmreleases'] },
  { name: 'kustomize-controller', resources: ['kustomize.toolkit.fluxcd.io/kustomizations', ...SOURCES] },
];

/** The controllers of a world that write for others. */
export function listDeputies(world: World, workloads: readonly Workload[]): readonly Deputy[] {
  return workloads.flatMap((workload) => {
    const object = world.get(workload.ref);
    const { account, namespace } = workload;
    if (object === undefined || account === undefined) return [];
    const label = labelsOf(object).get('app.kubernetes.io/name');
    const controller = CONTROLLERS.find(({ name }) => name === nameOf(object) || name === label);
    if (controller === undefined) return [];
    const options = readOptions(podTemplateOf(object)?.spec ?? {});
    const isArgo = controller.name.startsWith('argocd');
    const standIn = options.get('default-service-account');
    const limits = isArgo ? listDestinations(world, namespace) : undefined;
    return [
      {
        resources: controller.resources,
        obeyed: isArgo ? [namespace, ...(options.get('application-namespaces')?.split(',') ?? [])] : ['*'],
        namespace,
        account: account.name,
        ...(standIn === undefined ? {} : { standIn }),
        ...(limits === undefined ? {} : { limits }),
        footing: [{ ref: workload.ref }],
      },
    ];
  });
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
