import { findEntry, toRefKey, type Finding, type ObjectRef, type SourceChanges, type SourceRange, type World } from '../../model/index.ts';
import { compareBy, getString } from '../../std/index.ts';
import type { Told } from '../told.ts';
import { CauseFinder, type Impact, type Question } from './causes.ts';
import { Pointing, type Sites } from './pointing.ts';
import type { Asker } from './reversal.ts';

/** What is found wrong with these objects in a world. */
export type JudgeAgain = (world: World, refs: readonly ObjectRef[]) => readonly Finding[];

/** What changed, and whom to ask about it. */
export interface PointingInput {
  readonly changes: SourceChanges;
  /** What the plan changes. */
  readonly sites: Sites;
  /** What it deletes. */
  readonly deleted: readonly ObjectRef[];
  /** What differs in the manifests as they are written; asked for where a finding is to be explained. */
  readonly written: () => { readonly impact: Impact; readonly sites: Sites };
  readonly judge: JudgeAgain;
}

/**
 * What is told of a change, at the changed lines that bring it about. A finding whose own lines are as they were stands where the smallest
 * set of changes without which it would not be found does; one that was there before stays where it is.
 */
export function pointAtChanges({ effects, findings }: Told, { changes, sites, deleted, written, judge }: PointingInput): Told {
  const pointing = new Pointing(changes, sites);
  const places = new Map<Finding, SourceRange>();
  const elsewhere: Placed[] = [];
  for (const finding of findings) {
    if (!isPlaced(finding) || finding.waived !== undefined || findEntry(finding.code).isOfBefore === true) continue;
    const place = pointing.pointFinding(finding);
    if (place !== undefined) places.set(finding, place);
    else elsewhere.push(finding);
  }
  if (elsewhere.length > 0) {
    const { impact, sites: manifests } = written();
    const lines = new Pointing(changes, manifests);
    for (const [finding, causes] of explain(elsewhere, impact, judge)) {
      const place = lines.pointCauses(causes).find(({ source }) => source !== undefined)?.source;
      if (place !== undefined) places.set(finding, place);
    }
  }
  const pointed = findings.map((finding) => {
    const source = places.get(finding);
    return source === undefined ? pointBuild(finding, changes) : { ...finding, source };
  });
  return { effects: pointing.pointEffects(effects), findings: pointed.map((finding) => placeGone(finding, pointing, deleted)) };
}

/** An object as kustomize names it: `Deployment.v1.apps/web.[noNs]` (`ResId.String`), or by its name alone where `replicas` misses it. */
const RESOURCE_ID = /\b[A-Z]\w*\.v\w+\.[\w.[\]-]+\/([\w.-]+)\.(?:\[noNs\]|[\w-]+)|\bresource with name ([\w.-]+) does not match/g;

/**
 * A kustomization that fails at a line which is as it was, at the one changed line that took away an object which the program misses; what
 * it says names the place of both then.
 */
function pointBuild(finding: Finding, changes: SourceChanges): Finding {
  const { code, source, data } = finding;
  if (code !== 'KL0031' || source === undefined || changes.narrow(source).length > 0) return finding;
  const reason = getString(data, 'reason') ?? '';
  const names = new Set([...reason.matchAll(RESOURCE_ID)].flatMap(([, full, name = full]) => name ?? []));
  const [only, ...others] = [...names].flatMap((name) => changes.lost(name));
  if (only === undefined || others.length > 0) return finding;
  return { ...finding, source: only, data: { ...data, reason: `${source.file}:${source.line}: ${reason}` } };
}

/** A finding of what is gone, at the line that takes it out; where it names no object, at the one that takes most out. */
function placeGone(finding: Finding, pointing: Pointing, deleted: readonly ObjectRef[]): Finding {
  if (findEntry(finding.code).isOfBefore !== true || finding.waived !== undefined) return finding;
  const counts = new Map<string, { readonly place: SourceRange; readonly count: number }>();
  for (const ref of finding.ref === undefined ? deleted : [finding.ref]) {
    const place = pointing.pointGone(ref);
    if (place === undefined) continue;
    const key = `${place.file}:${place.line}`;
    counts.set(key, { place, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [most] = [...counts.values()].toSorted(compareBy(({ count }) => -count));
  return most === undefined ? finding : { ...finding, beside: most.place };
}

/** A finding of an object that stands somewhere. */
type Placed = Finding & { readonly ref: ObjectRef; readonly source: SourceRange };

function isPlaced(finding: Finding): finding is Placed {
  return finding.ref !== undefined && finding.source !== undefined;
}

/** What findings follow from, of those that would not be there without the change; each object's own change is looked at first. */
function explain(
  findings: readonly Placed[],
  impact: Impact,
  judge: JudgeAgain,
): readonly (readonly [Placed, ReturnType<CauseFinder['find']>['causes']])[] {
  const refs = [...new Map(findings.map(({ ref }) => [toRefKey(ref), ref])).values()];
  const asker: Asker = { namesIn: (world) => new Set(judge(world, refs).map(nameOf)), isCheap: true };
  const finder = new CauseFinder(impact, asker);
  const said = asker.namesIn(impact.after);
  return findings.flatMap((finding) => {
    const { ref, path } = finding;
    const question: Question = { name: nameOf(finding), subject: ref, objects: [{ ref, ...(path === undefined ? {} : { path }) }] };
    if (!said.has(question.name) || !finder.isOfChange(question)) return [];
    return [[finding, finder.find(question).causes] as const];
  });
}

function nameOf({ code, ref, path }: Finding): string {
  return `${code} ${path ?? ''} ${ref === undefined ? '' : toRefKey(ref)}`;
}
