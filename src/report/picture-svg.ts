import type { Placed, Point } from './circle.ts';
import type { Picture, PictureArrow, PictureBox } from './picture.ts';

/** A box to be placed: its own size, or that of what it holds. */
export interface GraphBox {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly children: readonly GraphBox[];
}

/** An arrow to be led around the boxes, with room for its label. */
export interface GraphArrow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly labelWidth: number;
}

/** Boxes and arrows that have no place yet. */
export interface Graph {
  readonly boxes: readonly GraphBox[];
  readonly arrows: readonly GraphArrow[];
  /** Whether arrows join the outer boxes alone. */
  readonly isFlat: boolean;
}

/** A graph whose boxes and arrows have their places, by id. */
export interface PlacedGraph {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Placed>;
  readonly arrows: ReadonlyMap<string, { readonly points: readonly Point[]; readonly label: Point | undefined }>;
}

const LETTER = 6.6;
const LONGEST_BOX = 34;
const LONGEST_LABEL = 24;
const HEAD = 62;
const MARGIN = 16;

/** A picture as SVG; `place` finds the places of boxes and arrows. */
export async function drawPicture(picture: Picture, place: (graph: Graph) => Promise<PlacedGraph>): Promise<string> {
  const placed = await place({
    boxes: picture.boxes.map(toGraphBox),
    arrows: picture.arrows.map(({ from, to, label }, index) => ({
      id: `arrow ${index}`,
      from,
      to,
      labelWidth: Math.ceil(clip(label, LONGEST_LABEL).length * LETTER + 8),
    })),
    isFlat: picture.isGrouped,
  });
  return render(picture, placed);
}

function toGraphBox({ id, label, children }: PictureBox): GraphBox {
  const width = Math.ceil(clip(label, LONGEST_BOX).length * LETTER + 24);
  return { id, width: Math.max(width, 60), height: 30, children: children.map(toGraphBox) };
}

function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function render(picture: Picture, placed: PlacedGraph): string {
  const width = Math.ceil(Math.max(placed.width + 2 * MARGIN, picture.title.length * 9, picture.note.length * LETTER + 2 * MARGIN, 620));
  const height = Math.ceil(placed.height + HEAD + MARGIN);
  const boxes = picture.boxes.flatMap((box) => [box, ...box.children]);
  const shapes = boxes.map((box) => drawBox(box, placed));
  const arrows = picture.arrows.map((arrow, index) => drawArrow(arrow, `arrow ${index}`, placed));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escape(picture.title)}</title>`,
    `<defs>${Object.entries(STROKES).map(toMarker).join('')}</defs>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="${MARGIN}" y="24" font-size="16" font-weight="bold" fill="#1f2933">${escape(picture.title)}</text>`,
    legendOf(picture),
    `<g transform="translate(${MARGIN} ${HEAD})">`,
    ...(picture.isGrouped ? [arrows, shapes] : [shapes, arrows]).flat(),
    ...picture.arrows.map((arrow, index) => drawLabel(arrow, `arrow ${index}`, placed)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Colour, and a pattern that tells them apart without it. */
const STROKES: Readonly<Record<PictureArrow['kind'], { readonly color: string; readonly pattern: string; readonly width: number }>> = {
  open: { color: '#52606d', pattern: '', width: 1.2 },
  opened: { color: '#1a7f37', pattern: '', width: 2.4 },
  closed: { color: '#c62828', pattern: '7 4', width: 2 },
  changed: { color: '#b35900', pattern: '2 3', width: 2 },
};

function toMarker([kind, { color }]: [string, { readonly color: string }]): string {
  return `<marker id="${kind}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="${color}"/></marker>`;
}

function lineOf(kind: PictureArrow['kind']): string {
  const { color, pattern, width } = STROKES[kind];
  return `fill="none" stroke="${color}" stroke-width="${width}"${pattern === '' ? '' : ` stroke-dasharray="${pattern}"`}`;
}

function legendOf({ arrows, note, words }: Picture): string {
  const kinds = (['open', 'opened', 'closed', 'changed'] as const).filter((kind) => arrows.some((arrow) => arrow.kind === kind));
  let x = MARGIN;
  const entries = kinds.map((kind) => {
    const entry = `<path d="M${x} 42h34" ${lineOf(kind)} marker-end="url(#${kind})"/><text x="${x + 42}" y="46" fill="#3e4c59">${words[kind]}</text>`;
    x += 42 + Math.ceil(words[kind].length * LETTER) + 20;
    return entry;
  });
  return `${entries.join('')}<text x="${x}" y="46" fill="#3e4c59">${escape(note)}</text>`;
}

const FILLS: Readonly<Record<PictureBox['kind'], string>> = {
  goal: 'fill="#fbe9e7" stroke="#b3261e"',
  namespace: 'fill="#f5f7fa" stroke="#9aa5b1"',
  outside: 'fill="#fff" stroke="#52606d" stroke-dasharray="4 3"',
  place: 'fill="#f5f7fa" stroke="#52606d"',
  subject: 'fill="#e3effb" stroke="#3d6fa5"',
  workload: 'fill="#e3effb" stroke="#3d6fa5"',
};

function drawBox({ id, label, kind }: PictureBox, placed: PlacedGraph): string {
  const place = placed.boxes.get(id);
  if (place === undefined) return '';
  const { x, y, width, height } = place;
  const isHome = kind === 'namespace';
  const text = isHome
    ? `<text x="${round(x + 10)}" y="${round(y + 18)}" font-weight="bold" fill="#3e4c59">${escape(clip(label, LONGEST_BOX))}</text>`
    : `<text x="${round(x + width / 2)}" y="${round(y + height / 2 + 4)}" text-anchor="middle" fill="#1f2933">${escape(clip(label, LONGEST_BOX))}</text>`;
  return `<g><title>${escape(id)}</title><rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${isHome ? 8 : kind === 'outside' || kind === 'subject' ? 15 : 4}" ${FILLS[kind]}/>${text}</g>`;
}

function drawArrow({ kind, isMutual, title }: PictureArrow, id: string, placed: PlacedGraph): string {
  const points = placed.arrows.get(id)?.points ?? [];
  if (points.length === 0) return '';
  const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  const start = isMutual ? ` marker-start="url(#${kind})"` : '';
  return `<path d="${path}" ${lineOf(kind)}${start} marker-end="url(#${kind})"><title>${escape(title)}</title></path>`;
}

function drawLabel({ kind, label, title }: PictureArrow, id: string, placed: PlacedGraph): string {
  const arrow = placed.arrows.get(id);
  const place = arrow?.label ?? middleOf(arrow?.points ?? [], label);
  if (place === undefined) return '';
  const text = clip(label, LONGEST_LABEL);
  const width = Math.ceil(text.length * LETTER + 6);
  return `<g><title>${escape(title)}</title><rect x="${round(place.x)}" y="${round(place.y)}" width="${width}" height="15" rx="3" fill="#fff" fill-opacity="0.85"/><text x="${round(place.x + 3)}" y="${round(place.y + 11.5)}" font-size="11" fill="${STROKES[kind].color}">${escape(text)}</text></g>`;
}

/** Nearer to the start of a straight arrow: many cross in the middle. */
const PLACE_OF_LABEL = 0.3;

/** Of a straight arrow; an arrow with bends has room made for its label. */
function middleOf([first, last, ...more]: readonly Point[], label: string): Point | undefined {
  if (first === undefined || last === undefined || more.length > 0) return undefined;
  const at = (a: number, b: number): number => a + (b - a) * PLACE_OF_LABEL;
  return { x: at(first.x, last.x) - (label.length * LETTER) / 2 - 3, y: at(first.y, last.y) - 7 };
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
