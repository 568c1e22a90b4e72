import {
  compareSourceRanges,
  toRefKey,
  type Cause,
  type Change,
  type Effect,
  type Finding,
  type ObjectRef,
  type RefKey,
  type SourceChanges,
  type SourceRange,
} from '../../model/index.ts';

/** Where an object stands in the files of one side. */
export interface Site {
  /** The place of a field (JSON pointer), or of what encloses it. */
  readonly locate: (pointer: string) => SourceRange;
  /** What else has a say in it, the nearest first. */
  readonly trail: (pointer: string) => readonly SourceRange[];
}

/** The objects of both sides. */
export interface Sites {
  readonly changeOf: (key: RefKey) => Change | undefined;
  /** In the files as they are after; undefined for what is gone. */
  readonly after: (key: RefKey) => Site | undefined;
  /** In the files as they were before; undefined for what was not there. `isGone` says that the field is in the object before alone. */
  readonly before: (key: RefKey, isGone: boolean) => Site | undefined;
  /** The new name of an object that is renamed or moved. */
  readonly movedTo: (key: RefKey) => RefKey | undefined;
}

const NAMES = ['/metadata/name', '/metadata/namespace'];

/** Finds the changed lines of the sources that a change of an object, or of one of its fields, comes from. Pure. */
export class Pointing {
  readonly #changes: SourceChanges;
  readonly #sites: Sites;

  constructor(changes: SourceChanges, sites: Sites) {
    this.#changes = changes;
    this.#sites = sites;
  }

  /** Effects with causes that stand at changed lines, as far as such lines can be told; what misses the same deleted object, at one place. */
  pointEffects(effects: readonly Effect[]): readonly Effect[] {
    const pointed = effects.map((effect) => ({ ...effect, causes: this.pointCauses(effect.causes) }));
    const first = new Map<string, SourceRange>();
    for (const effect of pointed) {
      const [key, missed] = [missedTogether(effect), effect.causes[0]?.beside];
      const known = first.get(key ?? '');
      if (key === undefined || missed === undefined) continue;
      if (known === undefined || compareSourceRanges(missed, known) < 0) first.set(key, missed);
    }
    return pointed.map((effect) => {
      const beside = first.get(missedTogether(effect) ?? '');
      return beside === undefined ? effect : { ...effect, causes: effect.causes.map((cause) => standAt(cause, beside)) };
    });
  }

  /** Causes at the changed lines that they come from, as far as such can be told. */
  pointCauses(causes: readonly Cause[]): readonly Cause[] {
    return causes.flatMap((cause) => this.#pointCause(cause));
  }

  /** The changed lines that a cause comes from, one cause for each stretch of them. */
  #pointCause(cause: Cause): readonly Cause[] {
    if (cause.action === undefined) return [cause];
    if (cause.action === 'delete') {
      const [beside] = this.#findGone(cause.ref);
      return [beside === undefined ? cause : standAt(cause, beside)];
    }
    const own = cause.path === undefined && cause.source !== undefined ? this.#changes.narrow(cause.source) : [];
    const found = own.length > 0 ? own : this.#findChanged(cause.ref, cause.path);
    return found.length === 0 ? [cause] : found.map((source) => ({ ...cause, source }));
  }

  /** The changed lines that a finding stands on, or that made the field what it is; undefined where its field did not change. */
  pointFinding({ ref, path, source }: Finding): SourceRange | undefined {
    const own = source === undefined ? [] : this.#changes.narrow(source);
    if (own.length > 0 || ref === undefined) return own[0];
    const change = this.#sites.changeOf(toRefKey(ref));
    const field = change?.fields.find((item) => path !== undefined && (isWithin(item.path, path) || isWithin(path, item.path)));
    if (change === undefined || (field === undefined && change.fields.length > 0)) return undefined;
    return this.#findChanged(ref, field?.path ?? path)[0];
  }

  /** The changed line that takes a deleted object out. */
  pointGone(ref: ObjectRef): SourceRange | undefined {
    return this.#findGone(ref)[0];
  }

  #findChanged(ref: ObjectRef, pointer: string | undefined): readonly SourceRange[] {
    const key = toRefKey(ref);
    const change = this.#sites.changeOf(key);
    const after = this.#sites.after(key);
    if (change === undefined || after === undefined) return [];
    const { fields, movedFrom } = change;
    const isGone = fields.some((field) => field.after === undefined && pointer !== undefined && isWithin(pointer, field.path));
    const paths = pointer === undefined ? (fields.length > 0 ? fields.map(({ path }) => path) : NAMES) : [pointer];
    const before = once(() => this.#sites.before(movedFrom === undefined ? key : toRefKey(movedFrom), isGone));
    const narrow = (): readonly SourceRange[] => this.#first(paths, (path) => this.#changes.narrow(after.locate(path)));
    const follow = (): readonly SourceRange[] => this.#first(paths, (path) => this.#follow(before()?.locate(path)));
    const trails = (): readonly SourceRange[] =>
      this.#first(paths, (path) => this.#first(after.trail(path), (range) => this.#changes.narrow(range)));
    const former = (): readonly SourceRange[] =>
      this.#first(paths, (path) => this.#first(before()?.trail(path) ?? [], (range) => this.#follow(range)));
    const names = (): readonly SourceRange[] =>
      fields.length > 0 ? [] : this.#first(NAMES, (path) => this.#changes.narrow(after.locate(path)));
    const whole = (): readonly SourceRange[] => this.#changes.narrow(after.locate(''));
    return this.#first([...(isGone ? [follow, narrow] : [narrow, follow]), names, trails, former, whole], (find) => find());
  }

  #findGone(ref: ObjectRef): readonly SourceRange[] {
    const key = toRefKey(ref);
    const movedTo = this.#sites.movedTo(key);
    const next = movedTo === undefined ? undefined : this.#sites.after(movedTo);
    const before = this.#sites.before(key, true);
    const finders: readonly (() => readonly SourceRange[])[] = [
      () => (next === undefined ? [] : this.#first(NAMES, (path) => this.#changes.narrow(next.locate(path)))),
      () => (before === undefined ? [] : this.#first([...NAMES, ''], (path) => this.#follow(before.locate(path)))),
      () => this.#first(next?.trail('/metadata/name') ?? [], (range) => this.#changes.narrow(range)),
      () => this.#first(before?.trail('/metadata/name') ?? [], (range) => this.#follow(range)),
    ];
    return this.#first(finders, (find) => find());
  }

  #follow(range: SourceRange | undefined): readonly SourceRange[] {
    return range === undefined ? [] : this.#changes.follow(range);
  }

  /** What the first of some that finds anything finds. */
  #first<T>(items: readonly T[], find: (item: T) => readonly SourceRange[]): readonly SourceRange[] {
    for (const item of items) {
      const found = find(item);
      if (found.length > 0) return found;
    }
    return [];
  }
}

/** What tells apart the effects that are told at one place: of one code, and all of the same deleted objects. */
function missedTogether({ code, change, severity, causes }: Effect): string | undefined {
  const isGone = causes.length > 0 && causes.every(({ action, beside }) => action === 'delete' && beside !== undefined);
  return isGone ? [severity, code, change, ...causes.map(({ ref }) => toRefKey(ref))].join('\n') : undefined;
}

function standAt(cause: Cause, beside: SourceRange): Cause {
  const missed = cause.missed ?? cause.beside;
  if (missed === undefined || compareSourceRanges(missed, beside) === 0) return { ...cause, beside };
  return { ...cause, beside, missed };
}

function isWithin(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}/`);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
