import { createPlanEngines } from '../../../src/cli/stages/plan-engines.ts';
import { NO_CONFIG } from '../../../src/cli/config.ts';
import { parseDocuments } from '../../../src/loader/index.ts';
import {
  isKubernetesObject,
  SourceChanges,
  toRefKey,
  World,
  type Effect,
  type FileLines,
  type Manifest,
  type SourceRange,
  type WorldSource,
} from '../../../src/model/index.ts';
import { loadCatalog } from '../../../src/model/schema/index.ts';
import { draftPlan } from '../../../src/planner/index.ts';
import { stringifyJson } from '../../../src/std/index.ts';
import { judgeTransition } from '../../../src/validate/index.ts';
import { randomOf } from '../random.ts';
import { changeFiles } from './edits.ts';
import { diffLines, revertHunks, toLines, type Hunk } from './lines.ts';
import { makeNodes, makeShop, type Files } from './world.ts';

/** The lines of each file. */
type Texts = ReadonlyMap<string, readonly string[]>;

/** What became of the effects of one change. */
export interface Verdict {
  readonly effects: number;
  /** Each effect that the reversal of the lines it names does not remove, and why. */
  readonly faults: readonly string[];
}

const CATALOG = loadCatalog('1.36');
const SOURCE: WorldSource = { kind: 'none', description: 'test', kubernetesVersions: ['1.36'] };

const SHOP = makeShop();
const BEFORE = toTexts(SHOP);

/** Makes the change of this number, plans it, and reverts the lines that each effect names: the effect must be gone. */
export function checkAttribution(seed: number, index: number): Verdict {
  const after = toTexts(changeFiles(SHOP, randomOf(seed, index)));
  const effectsWithout = new Map<string, readonly Effect[]>();
  const effects = effectsOf(after);
  const faults = effects.flatMap((effect) => {
    const why = findFault(effect, after, effectsWithout);
    return why === undefined ? [] : [`${index}: ${nameOf(effect)}: ${why}`];
  });
  return { effects: effects.length, faults };
}

function toTexts(files: Files): Texts {
  return new Map([...files].map(([name, object]) => [name, toLines(object)]));
}

function findFault(effect: Effect, after: Texts, effectsWithout: Map<string, readonly Effect[]>): string | undefined {
  const named: string[] = [];
  const places: Place[] = [];
  for (const { action, source, ref } of effect.causes) {
    if (source === undefined) return `no line for ${toRefKey(ref)}`;
    named.push(`${source.file}:${source.line}-${source.endLine}`);
    places.push({ isGone: action === 'delete', source });
    if (!isTouched(source, after)) return `${named.at(-1) ?? ''} was not touched`;
  }
  if (named.length === 0) return 'no cause';
  const id = named.toSorted().join(' ');
  const left = effectsWithout.get(id) ?? effectsOf(revert(places, after));
  effectsWithout.set(id, left);
  const name = nameOf(effect);
  return left.some((other) => nameOf(other) === name) ? `is still there without ${named.join(' and ')}` : undefined;
}

interface Place {
  readonly isGone: boolean;
  readonly source: SourceRange;
}

/** The texts after with all as before that the change did to these lines. */
function revert(places: readonly Place[], after: Texts): Texts {
  const reverted = new Map(after);
  for (const [index, { isGone, source }] of places.entries()) {
    const [was, is] = [BEFORE.get(source.file), after.get(source.file)];
    if (was === undefined) reverted.delete(source.file);
    else if (isGone || is === undefined) reverted.set(source.file, was);
    else if (places.findIndex((other) => other.source.file === source.file) === index) {
      const ranges = places.flatMap((other) => (other.source.file === source.file ? [other.source] : []));
      const own = diffLines(was, is).filter((hunk) => ranges.some((range) => isWithin(hunk, range)));
      reverted.set(source.file, revertHunks(was, is, own));
    }
  }
  return reverted;
}

function isTouched(source: SourceRange, after: Texts): boolean {
  const [was, is] = [BEFORE.get(source.file), after.get(source.file)];
  return was === undefined || is === undefined || diffLines(was, is).some((hunk) => isWithin(hunk, source));
}

// Lines that are gone were beside those that they stood between.
function isWithin({ from, to, afterFrom, afterTo }: Hunk, { line, endLine }: SourceRange): boolean {
  const [first, last] = to > from ? [afterFrom - 1, afterTo] : [afterFrom, afterTo - 1];
  return first < endLine && last >= line - 1;
}

function nameOf({ code, change, subject, data }: Effect): string {
  return `${change} ${code} ${subject === undefined ? '' : toRefKey(subject)} ${stringifyJson(data)}`;
}

const CONTEXT = World.of(makeNodes().filter(isKubernetesObject));
const ENGINES = createPlanEngines({
  config: NO_CONFIG,
  scheduler: {},
  knowsAll: false,
  lens: undefined,
  admission: {},
  catalog: CATALOG,
});

/** What a change does, at the changed lines that bring it about. */
function effectsOf(after: Texts): readonly Effect[] {
  const draft = draftPlan({
    unit: 'test',
    fieldManager: 'kapply',
    desired: toManifests(after),
    before: WORLD,
    beforeSource: SOURCE,
    afterSource: SOURCE,
    mode: 'revision',
    owned: new Set(),
    ownedByOthers: new Map(),
    context: CONTEXT,
    catalog: CATALOG,
    defaultNamespace: 'default',
    findings: [],
    salt: 'salt',
    now: '2026-11-21T00:00:00Z',
    forceConflicts: false,
    judgeUpdate: (was, is) => judgeTransition(was, is, CATALOG),
    lastManifests: MANIFESTS,
  });
  const { effects } = draft.complete(ENGINES);
  return draft.pointOut({ effects, findings: [] }, compare(after), () => []).effects;
}

function compare(after: Texts): SourceChanges {
  const differing = [...new Set([...BEFORE.keys(), ...after.keys()])].filter(
    (file) => BEFORE.get(file)?.join('\n') !== after.get(file)?.join('\n'),
  );
  const sideOf = (texts: Texts, path: string): FileLines | undefined => {
    const lines = texts.get(path);
    return lines === undefined ? undefined : { path, lines };
  };
  return new SourceChanges(differing.map((path) => ({ before: sideOf(BEFORE, path), after: sideOf(after, path) })));
}

function toManifests(texts: Texts): readonly Manifest[] {
  return [...texts].flatMap(([file, lines]) => readFile(file, `${lines.join('\n')}\n`));
}

const read = new Map<string, readonly Manifest[]>();

function readFile(file: string, text: string): readonly Manifest[] {
  const name = `${file}\n${text}`;
  const known =
    read.get(name) ??
    parseDocuments(text, file).documents.flatMap(({ value, origin }) => (isKubernetesObject(value) ? [{ object: value, origin }] : []));
  read.set(name, known);
  return known;
}

const MANIFESTS = toManifests(BEFORE);
const WORLD = World.of(MANIFESTS.map(({ object }) => object));
