import { gvkOf, refOf, toFinding, type Finding, type KubernetesObject, type Manifest } from '../../model/index.ts';
import { getString } from '../../std/index.ts';

const ARGO = 'argocd.argoproj.io/hook';
const HELM = 'helm.sh/hook';
const OWN = 'kapply.kplan.dev/hook';

/** When an object is applied: before the waves of the others (but their Namespaces and definitions), with them, after them, or never. */
export type Moment = 'before' | 'with' | 'after' | 'never';

/** What an object says of being a hook, and what becomes of it. */
export interface Hook {
  readonly annotation: string;
  readonly value: string;
  readonly moment: Moment;
  /** Whether it is made anew with each change of the unit: what runs to an end, such as a Job. Others are applied as any object. */
  readonly runs: boolean;
  /** Of one of Helm that is only for the first apply of a unit, or only for later ones. */
  readonly only?: 'install' | 'upgrade';
  /** After which end of it the object is deleted. */
  readonly deletes: ReadonlySet<HookEnd>;
  /** Of one that is never applied. */
  readonly reason?: string;
  /** Of one that is never applied: nobody who applies, installs or upgrades expects it to run. */
  readonly isExpected?: true;
}

/** How a hook can end. */
export type HookEnd = 'succeeded' | 'failed';

interface Meaning extends Pick<Hook, 'moment' | 'reason' | 'isExpected'> {
  readonly on?: 'install' | 'upgrade';
}

const ON_DELETE = 'kapply runs nothing when a unit is removed';
const ON_ROLLBACK = 'kapply has no rollback: an older revision is applied like any other';
const SKIP: Meaning = { moment: 'never', reason: 'it asks to be left out', isExpected: true };
const ON_TEST = 'it is for `helm test`, and kapply runs no tests';

const ARGO_MEANINGS: Readonly<Record<string, Meaning>> = {
  PostDelete: { moment: 'never', reason: ON_DELETE },
  PostSync: { moment: 'after' },
  PreDelete: { moment: 'never', reason: ON_DELETE },
  PreSync: { moment: 'before' },
  Skip: SKIP,
  Sync: { moment: 'with' },
  SyncFail: { moment: 'never', reason: 'kapply runs nothing when an apply fails' },
};

/** What kapply makes of its own hooks, of those of Argo CD (its user guide, Resource Hooks) and of Helm (topics/charts_hooks). */
const MEANINGS: Readonly<Record<string, Readonly<Record<string, Meaning>>>> = {
  [OWN]: { ...ARGO_MEANINGS, after: { moment: 'after' }, before: { moment: 'before' }, skip: SKIP },
  [ARGO]: ARGO_MEANINGS,
  [HELM]: {
    'crd-install': { moment: 'with' },
    'post-delete': { moment: 'never', reason: ON_DELETE },
    'post-install': { moment: 'after', on: 'install' },
    'post-rollback': { moment: 'never', reason: ON_ROLLBACK, isExpected: true },
    'post-upgrade': { moment: 'after', on: 'upgrade' },
    'pre-delete': { moment: 'never', reason: ON_DELETE },
    'pre-install': { moment: 'before', on: 'install' },
    'pre-rollback': { moment: 'never', reason: ON_ROLLBACK, isExpected: true },
    'pre-upgrade': { moment: 'before', on: 'upgrade' },
    test: { moment: 'never', reason: ON_TEST, isExpected: true },
    'test-failure': { moment: 'never', reason: ON_TEST, isExpected: true },
    'test-success': { moment: 'never', reason: ON_TEST, isExpected: true },
  },
};

const UNKNOWN: Meaning = { moment: 'never', reason: 'that is no hook that is known, so nobody can say when it is to run' };
const MOMENTS = ['before', 'with', 'after'] as const;

const HOOKS = [OWN, ARGO, HELM];

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
 * Helm's, as there; of several moments the first counts. A `Skip` among them leaves the object out.
 */
export function readHook(object: KubernetesObject): Hook | undefined {
  const annotations = object.metadata['annotations'];
  const annotation = annotations === undefined ? undefined : HOOKS.find((name) => getString(annotations, name) !== undefined);
  if (annotation === undefined) return undefined;
  const value = getString(object.metadata, 'annotations', annotation) ?? '';
  const meanings = listMeanings(annotation, value);
  const { moment, reason, isExpected } = chooseMeaning(meanings);
  const occasions = new Set(meanings.filter((meaning) => meaning.moment === moment).map(({ on }) => on));
  const [only] = occasions.size === 1 ? occasions : [];
  const { group, kind } = gvkOf(object);
  return {
    annotation,
    value,
    moment,
    runs: (moment === 'before' || moment === 'after') && RUNS.has(`${group}/${kind}`),
    deletes: readDeletes(object),
    ...(only === undefined ? {} : { only }),
    ...(reason === undefined ? {} : { reason }),
    ...(isExpected === undefined ? {} : { isExpected }),
  };
}

/** Whether an object is never applied, being a hook of another moment. */
export function isLeftOut(object: KubernetesObject): boolean {
  return readHook(object)?.moment === 'never';
}

/**
 * What is said of a hook: that it is not applied, and that one which `exists` all the same stays; or when it is applied, and
 * when again.
 */
export function toHookFinding(object: KubernetesObject, { origin }: Manifest, exists: boolean): Finding | undefined {
  const hook = readHook(object);
  if (hook === undefined || hook.moment === 'with') return undefined;
  const { annotation, value, moment, reason = '', isExpected } = hook;
  const place = { ref: refOf(object), source: origin.locate(['metadata', 'annotations', annotation]) };
  if (moment !== 'never') return toFinding('KP0115', { ...place, data: { annotation, value, moment, again: describeRuns(hook) } });
  return toFinding('KP0114', {
    ...place,
    ...(isExpected === true ? { severity: 'info' } : {}),
    data: { annotation, value, reason: exists ? `${reason}; the one in the cluster stays as it is` : reason },
  });
}

function describeRuns({ runs, only }: Hook): string {
  if (!runs) return 'as any object';
  if (only === 'install') return 'when the unit is applied for the first time';
  return only === 'upgrade' ? 'anew with each change of the unit but the first' : 'anew with each change of the unit';
}

function readDeletes(object: KubernetesObject): ReadonlySet<HookEnd> {
  const values = HOOKS.flatMap((name) => getString(object.metadata, 'annotations', `${name}-delete-policy`)?.split(',') ?? []);
  return new Set(values.flatMap((value) => ENDS[value.trim()] ?? []));
}

function listMeanings(annotation: string, value: string): readonly Meaning[] {
  const known = MEANINGS[annotation] ?? {};
  const names = value.split(',').map((name) => name.trim());
  return names.map((name) => (Object.hasOwn(known, name) ? (known[name] ?? UNKNOWN) : UNKNOWN));
}

function chooseMeaning(meanings: readonly Meaning[]): Meaning {
  if (meanings.includes(SKIP)) return SKIP;
  const applied = MOMENTS.flatMap((moment) => meanings.find((meaning) => meaning.moment === moment) ?? []);
  return applied[0] ?? meanings.find(({ isExpected }) => isExpected !== true) ?? meanings[0] ?? UNKNOWN;
}
