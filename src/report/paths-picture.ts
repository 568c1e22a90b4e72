import { compareBy } from '../std/index.ts';
import { PATH_GOALS, type PathChanges, type PathEntry } from './paths.ts';
import { SIGNS, type Picture, type PictureArrow, type PictureBox } from './picture.ts';

/** What there is to draw of the paths of a world, and of those that a change opens and closes. */
export interface DrawnPaths {
  readonly paths: readonly PathEntry[];
  readonly pathChanges?: PathChanges;
}

/** More arrows than these nobody can follow: only the first paths are drawn then, those that change and the worst before others. */
const MOST_ARROWS = 100;

type Kind = Exclude<PictureArrow['kind'], 'changed'>;

interface DrawnPath {
  readonly path: PathEntry;
  readonly kind: Kind;
}

/** The paths as a picture: from whoever takes them, step by step, to what they come to. A step that several take is one arrow. */
export function toPathsPicture({ paths, pathChanges }: DrawnPaths): Picture {
  const all = listDrawn({ paths, ...(pathChanges === undefined ? {} : { pathChanges }) });
  const drawn = takeFirst(all);
  const { opened = [], closed = [] } = pathChanges ?? {};
  const changed = pathChanges === undefined ? '' : `, ${opened.length} opened, ${closed.length} closed`;
  const hidden = all.length - drawn.length;
  return {
    title: `Escalation: ${paths.length} ${paths.length === 1 ? 'path' : 'paths'}${changed}`,
    note: hidden === 0 ? '' : `${drawn.length} of ${all.length} paths are drawn; -o dot and -o json have all`,
    boxes: toBoxes(drawn),
    arrows: toArrows(drawn),
    words: { open: 'step', opened: '+ step of paths that open', closed: '− step of paths that close', changed: '' },
    isGrouped: false,
  };
}

/** The paths as a graph of Graphviz, all of them. */
export function* toPathsDot(drawn: DrawnPaths): Generator<string> {
  yield 'digraph {\n  rankdir=LR\n  node [shape=box]\n';
  for (const { from, to, label, kind } of toArrows(listDrawn(drawn)))
    yield `  ${quote(from)} -> ${quote(to)} [label=${quote(label)}${ATTRIBUTES[kind]}]\n`;
  yield '}\n';
}

const ATTRIBUTES: Readonly<Record<PictureArrow['kind'], string>> = {
  open: '',
  opened: ', color="#1a7f37", penwidth=2',
  closed: ', color="#c62828", style=dashed',
  changed: '',
};

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

const KINDS: readonly Kind[] = ['opened', 'closed', 'open'];

function listDrawn({ paths, pathChanges }: DrawnPaths): readonly DrawnPath[] {
  const opened = new Set(pathChanges?.opened.map(keyOf));
  const drawn: readonly DrawnPath[] = [
    ...paths.map((path) => ({ path, kind: opened.has(keyOf(path)) ? ('opened' as const) : ('open' as const) })),
    ...(pathChanges?.closed ?? []).map((path) => ({ path, kind: 'closed' as const })),
  ];
  return drawn.toSorted(
    compareBy(
      ({ kind }) => KINDS.indexOf(kind),
      ({ path }) => PATH_GOALS.indexOf(path.goal),
      ({ path }) => path.subject,
    ),
  );
}

function keyOf({ subject, goal }: PathEntry): string {
  return `${goal} ${subject}`;
}

function takeFirst(paths: readonly DrawnPath[]): readonly DrawnPath[] {
  const arrows = new Set<string>();
  const drawn: DrawnPath[] = [];
  for (const item of paths) {
    const more = listSteps(item.path).map(toArrowKey);
    if (new Set([...arrows, ...more]).size > MOST_ARROWS) break;
    for (const key of more) arrows.add(key);
    drawn.push(item);
  }
  return drawn;
}

type PathStep = Pick<PictureArrow, 'from' | 'label' | 'title' | 'to'>;

function listSteps({ subject, steps }: PathEntry): readonly PathStep[] {
  return steps.map(({ step, to, text, grants }, index) => {
    const from = steps[index - 1]?.to ?? subject;
    const by = grants.length === 0 ? '' : ` (by ${grants.join(' and ')})`;
    return { from, to, label: step, title: `${from} ${text}${by}` };
  });
}

function toArrowKey({ from, to, label }: PathStep): string {
  return [from, label, to].join('\0');
}

/** A step that paths take which were there before and still are is neither opened nor closed. */
function toArrows(drawn: readonly DrawnPath[]): readonly PictureArrow[] {
  const arrows = new Map<string, PathStep & { readonly kinds: Set<Kind> }>();
  for (const { path, kind } of drawn) {
    for (const step of listSteps(path)) {
      const key = toArrowKey(step);
      const known = arrows.get(key);
      if (known === undefined) arrows.set(key, { ...step, kinds: new Set([kind]) });
      else known.kinds.add(kind);
    }
  }
  return [...arrows.values()].map(({ from, to, label, title, kinds }) => {
    const [only = 'open', another] = kinds;
    const kind = another === undefined ? only : 'open';
    return { from, to, label: `${SIGNS[kind]}${label}`, title, kind, isMutual: false };
  });
}

function toBoxes(drawn: readonly DrawnPath[]): readonly PictureBox[] {
  const kinds = new Map<string, PictureBox['kind']>();
  for (const { path } of drawn) {
    kinds.set(path.subject, 'subject');
    for (const { to } of path.steps) if (!kinds.has(to)) kinds.set(to, 'place');
    const last = path.steps.at(-1)?.to;
    if (last !== undefined) kinds.set(last, 'goal');
  }
  return [...kinds].map(([id, kind]) => ({ id, label: id, kind, children: [] }));
}
