import { containersOf, podTemplateOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { formatObject, isControlled } from './lookup.ts';
import { DOUBTFUL, type DanglingReference, type Rule } from './rule.ts';

/** What a shell waits on for ever. */
const ENDLESS = /\bsleep inf(?:inity)?\b|\btail -f \/dev\/null\b/;
/** The most tries that the field can hold: people write it for "never give up". */
const FOR_EVER = 2_147_483_647;

/** A Job that can end neither well nor badly keeps its pods for ever, and one of a CronJob keeps the next ones from starting. */
export const jobEnd: Rule = {
  code: 'KR0044',
  isOfManifests: true,
  find: (world) => [
    ...world.byKind('batch', 'Job').flatMap((job) => (isControlled(job) ? [] : findEndless(job, []))),
    ...world.byKind('batch', 'CronJob').flatMap((job) => findEndless(job, ['spec', 'jobTemplate'])),
  ],
};

function findEndless(object: KubernetesObject, at: Path): readonly DanglingReference[] {
  const spec = getObject(object, ...at, 'spec');
  const template = podTemplateOf(object);
  if (spec === undefined || spec['activeDeadlineSeconds'] !== undefined || template?.spec['activeDeadlineSeconds'] !== undefined) return [];
  const fault = findFault(spec, template?.spec);
  if (fault === undefined) return [];
  return [
    {
      referrer: object,
      path: [...at, 'spec', ...fault.path],
      target: fault.why,
      data: { job: formatObject(object) },
      severity: DOUBTFUL,
      isCertain: true,
      findTargets: () => [],
    },
  ];
}

function findFault(spec: JsonObject, pods: JsonObject | undefined): { readonly path: Path; readonly why: string } | undefined {
  if (getNumber(spec, 'parallelism') === 0 && getNumber(spec, 'completions') !== 0)
    return { path: ['parallelism'], why: 'none of its pods may run (parallelism: 0)' };
  if ((getNumber(spec, 'backoffLimit') ?? 0) >= FOR_EVER) return { path: ['backoffLimit'], why: 'it is tried again for ever' };
  for (const { type, name, container, path } of pods === undefined ? [] : containersOf(pods)) {
    if (type === 'init' && container['restartPolicy'] === 'Always') continue;
    const field = ['command', 'args'].find((item) => isEndless(getArray(container, item)));
    if (field !== undefined) return { path: ['template', 'spec', ...path, field], why: `container ${JSON.stringify(name)} waits for ever` };
  }
  return undefined;
}

/** Whether a command, or its arguments, does nothing but wait for ever. */
export function isEndless(words: readonly JsonValue[]): boolean {
  return words.length > 0 && ENDLESS.test(words.map((word) => (typeof word === 'string' ? word : '?')).join(' '));
}
