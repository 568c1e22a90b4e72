import { gvkOf, refOf, toFinding, type Finding, type KubernetesObject, type Manifest } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { HOOK_ANNOTATIONS, listMeanings, SKIP, UNKNOWN, type Meaning, type Moment, type Occasion } from './hook-meanings.ts';

/** What an object says of being a hook, and what becomes of it. */
export interface Hook {
  readonly annotation: string;
  readonly value: string;
  readonly moment: Moment;
  /** What else it is run at. */
  readonly occasions: ReadonlySet<Occasion>;
  /**
   * Whether it is made anew each time: what runs to an end, such as a Job, and what is deleted once the hooks have
   * succeeded. Others are applied as any object.
   */
  readonly runs: boolean;
  /** Of one of Helm that is only for the first apply of a unit, or only for later ones. */
  readonly only?: 'install' | 'upgrade';
  /** After which end of it the object is deleted. */
  readonly deletes: ReadonlySet<HookEnd>;
  /** Of one that is never run. */
  readonly reason?: string;
  /** Of one that is never run: nobody who applies, installs or upgrades expects it to. */
  readonly isExpected?: true;
}

/** How a hook can end. */
export type HookEnd = 'succeeded' | 'failed';

const MOMENTS = ['before', 'with', 'after'] as const;

/** What runs to an end, and does nothing when it is applied again. */
const RUNS = new Set(['/Pod', 'argoproj.io/Workflow', 'batch/Job', 'tekton.dev/PipelineRun', 'tekton.dev/TaskRun']);

const ENDS: Readonly<Record<string, HookEnd>> = {
  HookFailed: 'failed',
  HookSucceeded: 'succeeded',
  'hook-failed': 'failed',
  'hook-succeeded': 'succeeded',
};

/**
 * What an object says of being a hook; undefined if nothing. Our annotation counts before Argo CD's, and that before
 * Helm's, as there; of several moments of an apply the first counts. A `Skip` among them leaves the object out.
 */
export function readHook(object: KubernetesObject): Hook | undefined {
  const annotations = object.metadata['annotations'];
  const annotation = annotations === undefined ? undefined : HOOK_ANNOTATIONS.find((name) => getString(annotations, name) !== undefined);
  if (annotation === undefined) return undefined;
  const value = getString(object.metadata, 'annotations', annotation) ?? '';
  const meanings = listMeanings(annotation, value);
  const { moment, reason, isExpected } = chooseMeaning(meanings);
  const ons = new Set(meanings.filter((meaning) => meaning.moment === moment).map(({ on }) => on));
  const [only] = ons.size === 1 ? ons : [];
  const { group, kind } = gvkOf(object);
  const deletes = readDeletes(object);
  return {
    annotation,
    value,
    moment,
    occasions: new Set(meanings.includes(SKIP) ? [] : meanings.flatMap(({ occasion }) => occasion ?? [])),
    runs: RUNS.has(`${group}/${kind}`) || deletes.has('succeeded'),
    deletes,
    ...(only === undefined ? {} : { only }),
    ...(reason === undefined ? {} : { reason }),
    ...(isExpected === undefined ? {} : { isExpected }),
  };
}

/** Whether an object is not applied, being a hook of another moment. */
export function isLeftOut(object: KubernetesObject): boolean {
  return readHook(object)?.moment === 'never';
}

/** Whether an object is a hook that is run at one of these occasions; at any, if none is named. */
export function isHookOf(object: KubernetesObject, ...occasions: readonly Occasion[]): boolean {
  const known = readHook(object)?.occasions ?? new Set();
  return occasions.length === 0 ? known.size > 0 : occasions.some((occasion) => known.has(occasion));
}

/**
 * What is said of a hook: that it is not applied, and that one which `exists` all the same stays; or when it is run, and
 * when again.
 */
export function toHookFinding(object: KubernetesObject, { origin }: Manifest, exists: boolean): Finding | undefined {
  const hook = readHook(object);
  if (hook === undefined || (hook.moment === 'with' && hook.occasions.size === 0)) return undefined;
  const { annotation, value, moment, occasions, isExpected } = hook;
  const place = { ref: refOf(object), source: origin.locate(['metadata', 'annotations', annotation]) };
  const forgotten = isForgotten(object, hook);
  if (!forgotten && (moment !== 'never' || occasions.size > 0)) {
    return toFinding('KP0115', { ...place, data: { annotation, value, when: describeTimes(hook).join(', and ') } });
  }
  const reason = forgotten ? FORGOTTEN : (hook.reason ?? '');
  return toFinding('KP0114', {
    ...place,
    ...(isExpected === true ? { severity: 'info' } : {}),
    data: { annotation, value, reason: exists ? `${reason}; the one in the cluster stays as it is` : reason },
  });
}

const FORGOTTEN =
  'what is run when a unit is removed is kept in its inventory, a ConfigMap, and values of Secrets are not; an ordinary Secret of the unit serves such hooks, too';

/** Whether it would be needed when the unit is removed, and cannot be kept until then. */
function isForgotten(object: KubernetesObject, { moment, occasions }: Hook): boolean {
  const { group, kind } = gvkOf(object);
  return moment === 'never' && group === '' && kind === 'Secret' && occasions.size > 0 && !occasions.has('failure');
}

const OCCASIONS: Readonly<Record<Occasion, string>> = {
  failure: 'run where an apply fails',
  'before-removal': 'run before the unit is removed (kapply delete)',
  'after-removal': 'run once the others of the unit are removed (kapply delete)',
};

function describeTimes(hook: Hook): readonly string[] {
  const { moment, occasions } = hook;
  const words = { before: 'before the others', with: 'with the others', after: 'after the others', never: '' }[moment];
  const applied = moment === 'never' ? [] : [`applied ${words}, ${describeRuns(hook)}`];
  return [...applied, ...[...occasions].map((occasion) => OCCASIONS[occasion])];
}

function describeRuns({ moment, runs, only }: Hook): string {
  if (moment === 'with' || !runs) return 'as any object';
  if (only === 'install') return 'when the unit is applied for the first time';
  return only === 'upgrade' ? 'anew with each change of the unit but the first' : 'anew with each change of the unit';
}

function readDeletes(object: KubernetesObject): ReadonlySet<HookEnd> {
  const values = HOOK_ANNOTATIONS.flatMap((name) => getString(object.metadata, 'annotations', `${name}-delete-policy`)?.split(',') ?? []);
  return new Set(values.flatMap((value) => ENDS[value.trim()] ?? []));
}

function chooseMeaning(meanings: readonly Meaning[]): Meaning {
  if (meanings.includes(SKIP)) return SKIP;
  const applied = MOMENTS.flatMap((moment) => meanings.find((meaning) => meaning.moment === moment) ?? []);
  return applied[0] ?? meanings.find(({ isExpected }) => isExpected !== true) ?? meanings[0] ?? UNKNOWN;
}
