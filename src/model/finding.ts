import type { JsonValue } from '../std/index.ts';
import { toRefKey, type ObjectRef } from './ref.ts';
import type { SourceRange } from './source-range.ts';
import type { World } from './world.ts';

/** How bad: `error` fails a run by default, `warning` deserves a look, `info` is said once. */
export type Severity = 'error' | 'warning' | 'info';

/** A severity by its name, of a text that was checked before: anything else is an error. */
export function toSeverity(text: string): Severity {
  return text === 'info' || text === 'warning' ? text : 'error';
}

/** What the wording of a finding or effect is filled in with. Never a secret value. */
export type FindingData = Readonly<Record<string, JsonValue>>;

/** Something wrong in the repository, as data; the wording is made from the catalog by `describeFinding`. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly ref?: ObjectRef;
  /** JSON pointer within the object. */
  readonly path?: string;
  readonly source?: SourceRange;
  /** Of what is in no manifest any more: the changed line of the files as they are after that takes it out. */
  readonly beside?: SourceRange;
  readonly data: FindingData;
  /** The Kubernetes minor versions it holds for; absent where it holds for all that were asked. */
  readonly versions?: readonly string[];
  /** The reason that a comment or the configuration gives for waiving it; waived findings never fail a run. */
  readonly waived?: string;
}

/** The engines whose facts are compared. `lifecycle`, `restart`, `reference` and `order` are the planner's own. */
export type EngineName = 'scheduler' | 'admission' | 'rollout' | 'rbac' | 'network' | 'restart' | 'lifecycle' | 'reference' | 'order';

/** A changed object and field that an effect follows from. */
export interface Cause {
  readonly ref: ObjectRef;
  readonly path?: string;
  /** What happens to the object; absent where it is only guessed to be a cause. */
  readonly action?: 'create' | 'update' | 'replace' | 'delete';
  /** Where the object stands; of one that is deleted, where it stood before. */
  readonly source?: SourceRange;
  /**
   * Of an object that is deleted: the place that stands for it in the files as they are after. Its new name, or the line that it stood
   * behind; of one whose file is gone, where it is missed first.
   */
  readonly beside?: SourceRange;
  /** Of an object that is deleted: where it is missed, if that is elsewhere. */
  readonly missed?: SourceRange;
}

/** A fact gained or lost by the change. */
export interface Effect {
  readonly engine: EngineName;
  readonly code: string;
  readonly severity: Severity;
  readonly change: 'gained' | 'lost';
  /** What the fact is about: an object, or a user or group in `data`. */
  readonly subject?: ObjectRef;
  /** JSON pointer within the subject; as a finding of the same says it. */
  readonly path?: string;
  readonly data: FindingData;
  readonly causes: readonly Cause[];
  /** True where the search for the smallest set of causes ended early: some of them may have no part in it. */
  readonly isWide?: true;
}

/**
 * Something an engine says of one world, keyed so that the same fact of two worlds has the same key. `objects` are the
 * objects (and fields, as JSON pointers) that it was derived from: candidates for the cause of an effect.
 */
export interface Fact {
  readonly engine: EngineName;
  readonly code: string;
  readonly severity: Severity;
  readonly key: string;
  readonly subject?: ObjectRef;
  readonly data: FindingData;
  readonly objects: readonly FactObject[];
}

/** An object that a fact was derived from, and the field. */
export interface FactObject {
  readonly ref: ObjectRef;
  readonly path?: string;
  /** True where the fact cannot be unless this object changes, whatever else does. */
  readonly decides?: true;
}

/** The field of its subject that a fact is of, as a JSON pointer; undefined where it is of none. */
export function pathOfFact({ subject, objects }: Fact): string | undefined {
  if (subject === undefined) return undefined;
  const key = toRefKey(subject);
  return objects.find(({ ref }) => toRefKey(ref) === key)?.path;
}

/** The difference of a fact between two worlds. */
export interface FactChange {
  readonly change: 'gained' | 'lost';
  readonly fact: Fact;
}

/**
 * What one engine answers: the facts that `after` has and `before` has not, and the other way round, ordered by key.
 * Pure; worlds are cached by identity, so that asking again about a world costs nothing.
 */
export interface Engine {
  readonly name: EngineName;
  compare(before: World, after: World): readonly FactChange[];
}
