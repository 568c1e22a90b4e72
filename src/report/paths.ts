import type { ObjectRef, SourceRange } from '../model/index.ts';
import type { JsonObject } from '../std/index.ts';

/** One step of a path of escalation. */
export interface PathStepEntry {
  /** The kind of step: `pod-create`, `escalate`. */
  readonly step: string;
  /** What whoever takes it does, and to what it leads. */
  readonly text: string;
  readonly to: string;
  /** The bindings that let it, as the API server words them. */
  readonly grants: readonly string[];
}

/** What paths lead to, the worst first. */
export const PATH_GOALS = ['admin', 'nodes', 'namespaces', 'cloud', 'secrets', 'guards', 'traffic', 'certificates', 'logs'] as const;

/** What a path leads to. */
export type PathGoal = (typeof PATH_GOALS)[number];

/** How somebody comes to what it was not granted. */
export interface PathEntry {
  readonly subject: string;
  readonly goal: PathGoal;
  /** `cluster admin`, `the namespace pay`. */
  readonly reaches: string;
  /** Of the goals `namespaces` and `secrets`. */
  readonly namespaces: readonly string[];
  readonly steps: readonly PathStepEntry[];
  /** The fewest grants without which no path leads there; none where it takes no right, or more than four. */
  readonly closedBy: readonly ClosingEntry[];
}

/** A subject of a binding, without which a path is closed. */
export interface ClosingEntry {
  /** As the API server words it. */
  readonly grant: string;
  readonly binding: ObjectRef;
  /** Where the subject stands, if that is in the manifests. */
  readonly source?: SourceRange;
}

/** The paths that a change opens, and those that it closes. */
export interface PathChanges {
  readonly opened: readonly PathEntry[];
  readonly closed: readonly PathEntry[];
}

/** A path in a line. */
export function describeSteps({ steps }: PathEntry): string {
  return steps.map(({ text }) => text).join(' → ');
}

/** Where a grant stands: `rbac.yaml:12`. */
export function placeOfClosing({ source }: ClosingEntry): string | undefined {
  return source === undefined ? undefined : `${source.file}:${source.line}`;
}

/** A path as documents have it. */
export function pathFields({ steps, closedBy, ...path }: PathEntry, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  return {
    ...path,
    steps: steps.map((step) => ({ ...step })),
    closedBy: closedBy.map(({ grant, binding, source }) => ({
      grant,
      binding: refFields(binding),
      ...(source === undefined ? {} : { source: { ...source } }),
    })),
  };
}

/** One step of some paths, told once however many take it. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

function listArrows(paths: readonly PathEntry[]): readonly Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const { subject, steps } of paths) {
    let from = subject;
    for (const { step, to } of steps) {
      arrows.set([from, step, to].join('\0'), { from, to, label: step });
      from = to;
    }
  }
  return [...arrows.values()];
}

const BOX = { width: 300, height: 34, gapX: 150, gapY: 18, margin: 20 };
/** Letters that a box has room for. */
const LETTERS = 44;

/** The paths as a small picture within a page: what they lead to on the right, each place as many columns before it as steps are left. */
export function* toPathsSvg(paths: readonly PathEntry[]): Generator<string> {
  const places = layOut(paths);
  const all = [...places.values()];
  const width = Math.max(0, ...all.map(({ x }) => x + BOX.width)) + BOX.margin;
  const height = Math.max(0, ...all.map(({ y }) => y + BOX.height)) + BOX.margin;
  yield `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">\n`;
  yield '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>\n';
  yield '<rect width="100%" height="100%" fill="#fff"/>\n';
  for (const { from, to, label } of listArrows(paths)) {
    const [a, b] = [places.get(from), places.get(to)];
    if (a === undefined || b === undefined) continue;
    const [x1, y1, x2, y2] = [a.x + BOX.width, a.y + BOX.height / 2, b.x, b.y + BOX.height / 2];
    const bend = BOX.gapX / 2;
    yield `<path d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" fill="none" stroke="#555" marker-end="url(#end)"/>\n`;
    yield `<text x="${x1 + 8}" y="${y1 - 5}" fill="#555">${escape(label)}</text>\n`;
  }
  for (const [text, { x, y }] of places) {
    const shown = text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text;
    yield `<g><title>${escape(text)}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="4" fill="#eef3fb" stroke="#456"/>`;
    yield `<text x="${x + 10}" y="${y + 22}">${escape(shown)}</text></g>\n`;
  }
  yield '</svg>\n';
}

/** Where each place is drawn: the column by the most steps that any path takes from it, the row as it comes. */
function layOut(paths: readonly PathEntry[]): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const left = new Map<string, number>();
  for (const { subject, steps } of paths) {
    for (const [index, place] of [subject, ...steps.map(({ to }) => to)].entries())
      left.set(place, Math.max(left.get(place) ?? 0, steps.length - index));
  }
  const most = Math.max(0, ...left.values());
  const rows = new Map<number, number>();
  return new Map(
    [...left].map(([place, rest]) => {
      const row = rows.get(rest) ?? 0;
      rows.set(rest, row + 1);
      const x = BOX.margin + (most - rest) * (BOX.width + BOX.gapX);
      return [place, { x, y: BOX.margin + row * (BOX.height + BOX.gapY) }];
    }),
  );
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
