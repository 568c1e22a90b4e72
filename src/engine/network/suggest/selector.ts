import { compareBy } from '../../../std/index.ts';
import { isSelected, type Requirement } from '../../../model/index.ts';
import type { JsonObject } from '../../../std/index.ts';
import type { Workload } from '../workload.ts';

/** Keys that people choose first to tell workloads apart. */
const USUAL = [
  'app.kubernetes.io/name',
  'app',
  'k8s-app',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/component',
  'name',
  'component',
];

/** Labels that controllers give to single pods, or to one generation of them. */
const OF_PODS: ReadonlySet<string> = new Set([
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'controller-revision-hash',
  'controller-uid',
  'job-name',
  'pod-template-generation',
  'pod-template-hash',
  'statefulset.kubernetes.io/pod-name',
]);

/** Whether a label is of a workload, not of one of its pods. */
export function isLasting(key: string): boolean {
  return !OF_PODS.has(key);
}

/**
 * Selectors that together select the targets and, as far as labels can tell, none of the others of their namespace: one for all of
 * them where one can, else one each. Workloads that no label tells apart are selected together.
 */
export function listSelectors(targets: readonly Workload[], neighbours: readonly Workload[]): readonly JsonObject[] {
  const joint = tellApart(targets, neighbours);
  if (joint.isExact || targets.length === 1) return [toSelector(joint.requirements)];
  const single = targets.map((target) => tellApart([target], neighbours));
  return [...new Map(single.map(({ requirements }) => [JSON.stringify(requirements), toSelector(requirements)])).values()];
}

interface Telling {
  readonly requirements: readonly Requirement[];
  readonly isExact: boolean;
}

/** Requirements that the targets meet, each chosen for how many of the others it leaves out. */
function tellApart(targets: readonly Workload[], neighbours: readonly Workload[]): Telling {
  const chosen: Requirement[] = [];
  const candidates = listCandidates(targets, neighbours);
  let rest = neighbours.filter((workload) => !targets.includes(workload));
  for (;;) {
    const ranked = candidates
      .filter((candidate) => !chosen.includes(candidate))
      .map((candidate) => ({ candidate, left: rest.filter((workload) => isMet(candidate, workload)) }))
      .toSorted(
        compareBy(
          ({ left }) => left.length,
          ({ candidate }) => OPERATORS.indexOf(candidate.operator),
          ({ candidate }) => rankKey(candidate.key),
          ({ candidate }) => candidate.key,
        ),
      );
    const [best] = ranked;
    const isNeeded = chosen.length === 0 && best?.candidate.operator === 'In';
    if (best === undefined || (best.left.length === rest.length && !isNeeded)) break;
    chosen.push(best.candidate);
    rest = best.left;
    if (rest.length === 0) break;
  }
  return { requirements: chosen.toSorted(compareBy(({ key }) => key)), isExact: rest.length === 0 };
}

const OPERATORS: readonly Requirement['operator'][] = ['In', 'NotIn', 'DoesNotExist'];

function rankKey(key: string): number {
  const index = USUAL.indexOf(key);
  return index < 0 ? USUAL.length : index;
}

function isMet(requirement: Requirement, { labels }: Workload): boolean {
  return isSelected({ requirements: [requirement] }, labels);
}

function listCandidates(targets: readonly Workload[], neighbours: readonly Workload[]): readonly Requirement[] {
  const keys = new Set(neighbours.flatMap(({ labels }) => [...labels.keys()]).filter(isLasting));
  return [...keys].flatMap((key): readonly Requirement[] => {
    const values = [...new Set(targets.flatMap(({ labels }) => labels.get(key) ?? []))].toSorted();
    if (values.length === 0) return [{ key, operator: 'DoesNotExist', values: [] }];
    if (targets.every(({ labels }) => labels.has(key))) return [{ key, operator: 'In', values }];
    const others = new Set(neighbours.flatMap(({ labels }) => labels.get(key) ?? []).filter((value) => !values.includes(value)));
    return others.size === 0 ? [] : [{ key, operator: 'NotIn', values: [...others].toSorted() }];
  });
}

/** As the API has it: what one value says in `matchLabels`, the rest in `matchExpressions`. */
function toSelector(requirements: readonly Requirement[]): JsonObject {
  const plain = requirements.filter(({ operator, values }) => operator === 'In' && values.length === 1);
  const expressions = requirements.filter((requirement) => !plain.includes(requirement));
  return {
    ...(plain.length === 0 ? {} : { matchLabels: Object.fromEntries(plain.map(({ key, values }) => [key, values[0] ?? ''])) }),
    ...(expressions.length === 0
      ? {}
      : {
          matchExpressions: expressions.map(({ key, operator, values }) => ({
            key,
            operator,
            ...(values.length === 0 ? {} : { values }),
          })),
        }),
  };
}
