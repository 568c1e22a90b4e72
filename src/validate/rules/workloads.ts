import {
  CONTROLLER_LABELS,
  isSelected,
  podTemplateOf,
  type KubernetesObject,
  type PodTemplate,
  type Requirement,
  type Selector,
  type World,
} from '../../model/index.ts';
import { getArray, getObject, getStringMap } from '../../std/index.ts';
import { isControlled, namespaceOrNone } from './lookup.ts';

/** Something that makes pods: a workload, a bare pod, or a custom resource with a pod template where a Deployment has it. */
export interface Workload {
  readonly object: KubernetesObject;
  readonly template: PodTemplate;
  readonly labels: ReadonlyMap<string, string>;
  /** Made by a controller: its references are its owner's. */
  readonly controlled: boolean;
}

interface NamespaceWorkloads {
  readonly all: Workload[];
  readonly byLabel: Map<string, Workload[]>;
}

/** The workloads of a world, in its order. */
export function listWorkloads(world: World): readonly Workload[] {
  return world.derive(findWorkloads);
}

// Worlds that are compared share most of their objects.
const known = new WeakMap<KubernetesObject, Workload | 'none'>();

function readOnce(object: KubernetesObject): Workload | undefined {
  let workload = known.get(object);
  if (workload === undefined) known.set(object, (workload = readWorkload(object) ?? 'none'));
  return workload === 'none' ? undefined : workload;
}

function readWorkload(object: KubernetesObject): Workload | undefined {
  const template = podTemplateOf(object) ?? findCustomTemplate(object);
  if (template === undefined) return undefined;
  return { object, template, labels: getStringMap(template.metadata, 'labels'), controlled: isControlled(object) };
}

const CORE_KINDS = new Set(['Pod', 'PodTemplate', 'ReplicationController']);

function findWorkloads(world: World): readonly Workload[] {
  const found: Workload[] = [];
  for (const { group, kind } of world.kinds()) {
    if (!mayHaveTemplate(group, kind)) continue;
    for (const object of world.byKind(group, kind)) {
      const workload = readOnce(object);
      if (workload !== undefined) found.push(workload);
    }
  }
  return found;
}

function mayHaveTemplate(group: string, kind: string): boolean {
  if (group === '') return CORE_KINDS.has(kind);
  return group === 'apps' || group === 'batch' || (group.includes('.') && !group.endsWith('.k8s.io'));
}

function findCustomTemplate(object: KubernetesObject): PodTemplate | undefined {
  const spec = getObject(object, 'spec', 'template', 'spec');
  if (spec === undefined || getArray(spec, 'containers').length === 0) return undefined;
  return { metadata: getObject(object, 'spec', 'template', 'metadata') ?? {}, spec, path: ['spec', 'template'] };
}

/** The workloads of a namespace some of whose pods a selector selects. */
export function selectWorkloads(world: World, namespace: string, whole: Selector): readonly Workload[] {
  const selector = { ...whole, requirements: whole.requirements.filter(({ key }) => !CONTROLLER_LABELS.has(key)) };
  const here = world.derive(indexWorkloads).get(namespace);
  if (here === undefined) return [];
  let candidates: readonly Workload[] = here.all;
  for (const requirement of selector.requirements) {
    if (!isOneValue(requirement)) continue;
    const bucket = here.byLabel.get(toLabelKey(requirement.key, requirement.values[0] ?? '')) ?? [];
    if (bucket.length < candidates.length) candidates = bucket;
  }
  return candidates.filter((workload) => isSelected(selector, workload.labels));
}

function isOneValue({ operator, values }: Requirement): boolean {
  return operator === 'In' && values.length === 1;
}

function indexWorkloads(world: World): ReadonlyMap<string, NamespaceWorkloads> {
  const index = new Map<string, NamespaceWorkloads>();
  for (const workload of listWorkloads(world)) {
    const namespace = namespaceOrNone(workload.object);
    let here = index.get(namespace);
    if (here === undefined) index.set(namespace, (here = { all: [], byLabel: new Map() }));
    here.all.push(workload);
    for (const [key, value] of workload.labels) {
      const label = toLabelKey(key, value);
      const bucket = here.byLabel.get(label);
      if (bucket === undefined) here.byLabel.set(label, [workload]);
      else bucket.push(workload);
    }
  }
  return index;
}

function toLabelKey(key: string, value: string): string {
  return `${key}\u0000${value}`;
}
