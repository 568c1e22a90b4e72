import {
  formatRef,
  refKeyOf,
  refOf,
  type Fact,
  type FactChange,
  Lens,
  type FindingData,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../model/index.ts';
import { compareBy, getAt, isEqualJson, toPointer } from '../std/index.ts';
import { findUndefined } from './definitions.ts';
import { outlineOf } from './outline.ts';
import type { Problem } from './problem.ts';
import { RULES } from './rules/index.ts';
import type { DanglingReference, Rule } from './rules/rule.ts';

/** A dangling reference as a problem of the object that refers. */
export interface ReferenceProblem {
  readonly referrer: KubernetesObject;
  readonly problem: Problem;
}

interface CodedReference {
  readonly code: string;
  readonly reference: DanglingReference;
}

/**
 * Every reference of a world that leads nowhere, as problems. `knowsAll` says that the world is everything there is: then
 * what is missing is missing, else it may come from elsewhere, and both the severity and the words say so.
 */
export function listReferenceProblems(world: World, { knowsAll, lens }: ReferenceOptions): readonly ReferenceProblem[] {
  return (lens?.show(world) ?? world).derive(findDangling).map(({ code, reference }) => ({
    referrer: reference.referrer,
    problem: {
      code,
      path: reference.path,
      severity: knowsAll ? reference.severity.known : reference.severity.unknown,
      data: toData(reference, knowsAll || reference.isCertain === true ? 'does not exist' : 'is not in this repository'),
    },
  }));
}

function findDangling(world: World): readonly CodedReference[] {
  return findBy(RULES, world);
}

function findBroken(world: World): readonly CodedReference[] {
  return findBy(RULES_OF_WORLDS, world);
}

const RULES_OF_WORLDS = RULES.filter((rule) => rule.isOfManifests !== true);

function findBy(rules: readonly Rule[], world: World): readonly CodedReference[] {
  return rules.flatMap((rule) => rule.find(world).map((reference) => ({ code: rule.code, reference })));
}

function toData({ referrer, target, data }: DanglingReference, absence: string): FindingData {
  return { referrer: formatRef(refOf(referrer)), target, absence, ...data };
}

/** Whether the worlds compared hold all that exists, so that what is missing is missing. */
export interface ReferenceOptions {
  readonly knowsAll: boolean;
  /** Of `createReferenceLens`, where worlds are looked at again and again that mostly differ in what no reference sees. */
  readonly lens?: Lens | undefined;
}

/** Shows worlds as references see them: who names whom, by what selector, key or port. */
export function createReferenceLens(): Lens {
  return new Lens(outlineOf);
}

/**
 * The references that `after` leaves dangling and `before` did not, and the other way round, and the objects whose definition
 * `after` takes away, ordered by key. The objects of
 * a fact are the field that refers, and what it leads to in either world: whoever changed one of them is the cause.
 * What a change takes away is missing for certain; what was never there may come from elsewhere unless `knowsAll`. A
 * reference that ends because nobody refers any more is not told.
 */
export function compareReferences(rawBefore: World, rawAfter: World, { knowsAll, lens }: ReferenceOptions): readonly FactChange[] {
  const [before, after] = [lens?.show(rawBefore) ?? rawBefore, lens?.show(rawAfter) ?? rawAfter];
  const old = before.derive(indexDangling);
  const now = after.derive(indexDangling);
  const gained = [...now].flatMap(([key, item]): readonly FactChange[] => {
    if (old.has(key)) return [];
    const targets = [...item.reference.findTargets(before), ...item.reference.findTargets(after)];
    const isCertain = knowsAll || targets.length > 0 || item.reference.isCertain === true;
    return [{ change: 'gained', fact: toFact(key, item, targets, isCertain) }];
  });
  const lost = [...old].flatMap(([key, item]): readonly FactChange[] => {
    if (now.has(key) || !stillRefers(item, after)) return [];
    const targets = item.reference.findTargets(after);
    return targets.length === 0 ? [] : [{ change: 'lost', fact: { ...toFact(key, item, targets, true), severity: 'info' } }];
  });
  const unserved = findUndefined(before, after).map((reference): FactChange => {
    const item = { code: 'KR0026', reference };
    return { change: 'gained', fact: toFact(toKey(item), item, reference.findTargets(before), true) };
  });
  return [...gained, ...unserved, ...lost].toSorted(
    compareBy(
      (item) => item.fact.key,
      (item) => item.change,
    ),
  );
}

function stillRefers({ reference: { referrer, path } }: CodedReference, after: World): boolean {
  const now = after.get(refOf(referrer));
  return now !== undefined && isEqualJson(getAt(now, ...path) ?? null, getAt(referrer, ...path) ?? null);
}

function indexDangling(world: World): ReadonlyMap<string, CodedReference> {
  return new Map(world.derive(findBroken).map((item) => [toKey(item), item]));
}

function toKey({ code, reference: { referrer, path, target } }: CodedReference): string {
  return [code, refKeyOf(referrer), toPointer(path), target].join('|');
}

function toFact(key: string, { code, reference }: CodedReference, targets: readonly KubernetesObject[], isCertain: boolean): Fact {
  const subject = refOf(reference.referrer);
  const refs = new Map(targets.map((object): [string, ObjectRef] => [refKeyOf(object), refOf(object)]));
  return {
    engine: 'reference',
    code,
    severity: isCertain ? reference.severity.known : reference.severity.unknown,
    key,
    subject,
    data: toData(reference, isCertain ? 'does not exist' : 'is not in this repository'),
    objects: [{ ref: subject, path: toPointer(reference.path) }, ...[...refs.values()].map((ref) => ({ ref }))],
  };
}
