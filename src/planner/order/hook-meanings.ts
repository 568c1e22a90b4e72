/** When an object is applied: before the waves of the others (but their Namespaces and definitions), with them, after them, or never. */
export type Moment = 'before' | 'with' | 'after' | 'never';

/** What else a hook is run at: the failure of an apply, or the removal of its unit. */
export type Occasion = 'failure' | 'before-removal' | 'after-removal';

/** What one word of a hook's annotation means. */
export interface Meaning {
  readonly moment: Moment;
  /** Of what is run at another occasion than an apply that goes well. */
  readonly occasion?: Occasion;
  /** Of one of Helm that is only for the first apply of a unit, or only for later ones. */
  readonly on?: 'install' | 'upgrade';
  /** Of one that is never run. */
  readonly reason?: string;
  /** Of one that is never run: nobody who applies, installs or upgrades expects it to. */
  readonly isExpected?: true;
}

const OWN = 'kapply.kplan.dev/hook';
const ARGO = 'argocd.argoproj.io/hook';
const HELM = 'helm.sh/hook';

/** The annotations of hooks: ours counts before Argo CD's, and that before Helm's, as there. */
export const HOOK_ANNOTATIONS: readonly string[] = [OWN, ARGO, HELM];

const ON_ROLLBACK = 'kapply has no rollback: an older revision is applied like any other';
const ON_TEST = 'it is for `helm test`, and kapply runs no tests';

/** Of an object that asks to be left out. */
export const SKIP: Meaning = { moment: 'never', reason: 'it asks to be left out', isExpected: true };
/** Of a word that is none of those known. */
export const UNKNOWN: Meaning = { moment: 'never', reason: 'that is no hook that is known, so nobody can say when it is to run' };

const FAILURE: Meaning = { moment: 'never', occasion: 'failure' };
const BEFORE_REMOVAL: Meaning = { moment: 'never', occasion: 'before-removal' };
const AFTER_REMOVAL: Meaning = { moment: 'never', occasion: 'after-removal' };

const ARGO_MEANINGS: Readonly<Record<string, Meaning>> = {
  PostDelete: AFTER_REMOVAL,
  PostSync: { moment: 'after' },
  PreDelete: BEFORE_REMOVAL,
  PreSync: { moment: 'before' },
  Skip: SKIP,
  Sync: { moment: 'with' },
  SyncFail: FAILURE,
};

const OWN_MEANINGS: Readonly<Record<string, Meaning>> = {
  ...ARGO_MEANINGS,
  after: { moment: 'after' },
  'after-delete': AFTER_REMOVAL,
  before: { moment: 'before' },
  'before-delete': BEFORE_REMOVAL,
  failure: FAILURE,
  skip: SKIP,
};

const HELM_MEANINGS: Readonly<Record<string, Meaning>> = {
  'crd-install': { moment: 'with' },
  'post-delete': AFTER_REMOVAL,
  'post-install': { moment: 'after', on: 'install' },
  'post-rollback': { moment: 'never', reason: ON_ROLLBACK, isExpected: true },
  'post-upgrade': { moment: 'after', on: 'upgrade' },
  'pre-delete': BEFORE_REMOVAL,
  'pre-install': { moment: 'before', on: 'install' },
  'pre-rollback': { moment: 'never', reason: ON_ROLLBACK, isExpected: true },
  'pre-upgrade': { moment: 'before', on: 'upgrade' },
  test: { moment: 'never', reason: ON_TEST, isExpected: true },
  'test-failure': { moment: 'never', reason: ON_TEST, isExpected: true },
  'test-success': { moment: 'never', reason: ON_TEST, isExpected: true },
};

/** What kapply makes of its own hooks, of those of Argo CD (its user guide, Resource Hooks) and of Helm (topics/charts_hooks). */
const MEANINGS: Readonly<Record<string, Readonly<Record<string, Meaning>>>> = {
  [ARGO]: ARGO_MEANINGS,
  [HELM]: HELM_MEANINGS,
  [OWN]: OWN_MEANINGS,
};

/** What the words of a hook's annotation mean, in their order. */
export function listMeanings(annotation: string, value: string): readonly Meaning[] {
  const known = MEANINGS[annotation] ?? {};
  const names = value.split(',').map((name) => name.trim());
  return names.map((name) => (Object.hasOwn(known, name) ? (known[name] ?? UNKNOWN) : UNKNOWN));
}
