import { refOf, toFinding, type Finding, type KubernetesObject, type Manifest } from '../../model/index.ts';
import { getString } from '../../std/index.ts';

const ARGO = 'argocd.argoproj.io/hook';
const HELM = 'helm.sh/hook';

/** When an object is applied: before the waves of the others (but their Namespaces and definitions), with them, after them, or never. */
export type Moment = 'before' | 'with' | 'after' | 'never';

/** What an object says of being a hook, and what becomes of it. */
export interface Hook {
  readonly annotation: string;
  readonly value: string;
  readonly moment: Moment;
  /** Of one that is never applied. */
  readonly reason?: string;
  /** Of one that is never applied: nobody who applies, installs or upgrades expects it to run. */
  readonly isExpected?: true;
}

type Meaning = Omit<Hook, 'annotation' | 'value'>;

const ON_DELETE = 'kapply runs nothing when a unit is removed';
const ON_ROLLBACK = 'kapply has no rollback: an older revision is applied like any other';
const SKIP: Meaning = { moment: 'never', reason: 'it asks to be left out', isExpected: true };
const ON_TEST = 'it is for `helm test`, and kapply runs no tests';

/** What kapply makes of the hooks of Argo CD (its user guide, Resource Hooks) and of Helm (topics/charts_hooks). */
const MEANINGS: Readonly<Record<string, Readonly<Record<string, Meaning>>>> = {
  [ARGO]: {
    PostDelete: { moment: 'never', reason: ON_DELETE },
    PostSync: { moment: 'after' },
    PreDelete: { moment: 'never', reason: ON_DELETE },
    PreSync: { moment: 'before' },
    Skip: SKIP,
    Sync: { moment: 'with' },
    SyncFail: { moment: 'never', reason: 'kapply runs nothing when an apply fails' },
  },
  [HELM]: {
    'crd-install': { moment: 'with' },
    'post-delete': { moment: 'never', reason: ON_DELETE },
    'post-install': { moment: 'after' },
    'post-rollback': { moment: 'never', reason: ON_ROLLBACK, isExpected: true },
    'post-upgrade': { moment: 'after' },
    'pre-delete': { moment: 'never', reason: ON_DELETE },
    'pre-install': { moment: 'before' },
    'pre-rollback': { moment: 'never', reason: ON_ROLLBACK, isExpected: true },
    'pre-upgrade': { moment: 'before' },
    test: { moment: 'never', reason: ON_TEST, isExpected: true },
    'test-failure': { moment: 'never', reason: ON_TEST, isExpected: true },
    'test-success': { moment: 'never', reason: ON_TEST, isExpected: true },
  },
};

const UNKNOWN: Meaning = { moment: 'never', reason: 'that is no hook that is known, so nobody can say when it is to run' };
const MOMENTS = ['before', 'with', 'after'] as const;

const HOOKS = [ARGO, HELM];

/**
 * What an object says of being a hook; undefined if nothing. Argo CD's annotation counts before Helm's, as there; of
 * several moments the first counts. A `Skip` among them leaves the object out.
 */
export function readHook(object: KubernetesObject): Hook | undefined {
  const annotation = HOOKS.find((name) => getString(object.metadata, 'annotations', name) !== undefined);
  if (annotation === undefined) return undefined;
  const value = getString(object.metadata, 'annotations', annotation) ?? '';
  return { annotation, value, ...chooseMeaning(listMeanings(annotation, value)) };
}

/** Whether an object is never applied, being a hook of another moment. */
export function isLeftOut(object: KubernetesObject): boolean {
  return readHook(object)?.moment === 'never';
}

/**
 * What is said of a hook: that it is not applied, and that one which `exists` all the same stays; or that it is applied like
 * any other object, and when.
 */
export function toHookFinding(object: KubernetesObject, { origin }: Manifest, exists: boolean): Finding | undefined {
  const hook = readHook(object);
  if (hook === undefined || hook.moment === 'with') return undefined;
  const { annotation, value, moment, reason = '', isExpected } = hook;
  const place = { ref: refOf(object), source: origin.locate(['metadata', 'annotations', annotation]) };
  if (moment !== 'never') return toFinding('KP0115', { ...place, data: { annotation, value, moment } });
  return toFinding('KP0114', {
    ...place,
    ...(isExpected === true ? { severity: 'info' } : {}),
    data: { annotation, value, reason: exists ? `${reason}; the one in the cluster stays as it is` : reason },
  });
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
