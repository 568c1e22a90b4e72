/** A place on a picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box on a picture. */
export interface Placed extends Point {
  readonly width: number;
  readonly height: number;
}

const GAP = 40;

/** Boxes in a circle that leaves them apart, in their order from the top on, with the size of the whole. */
export function placeInCircle(sizes: readonly Placed[]): {
  readonly places: readonly Point[];
  readonly width: number;
  readonly height: number;
} {
  const widths = sizes.map(({ width, height }) => Math.hypot(width, height) + GAP);
  const around = widths.reduce((sum, width) => sum + width, 0);
  const radius = sizes.length < 2 ? 0 : Math.max(around / (2 * Math.PI), Math.max(...widths) / 2 / Math.sin(Math.PI / sizes.length));
  let angle = -Math.PI / 2;
  const centres = widths.map((width, index) => {
    if (index > 0) angle += ((width + (widths[index - 1] ?? width)) / 2 / around) * 2 * Math.PI;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
  const corners = centres.map(({ x, y }, index) => ({ x: x - (sizes[index]?.width ?? 0) / 2, y: y - (sizes[index]?.height ?? 0) / 2 }));
  const [left, top] = [Math.min(0, ...corners.map(({ x }) => x)), Math.min(0, ...corners.map(({ y }) => y))];
  const places = corners.map(({ x, y }) => ({ x: x - left, y: y - top }));
  return {
    places,
    width: Math.max(0, ...places.map(({ x }, index) => x + (sizes[index]?.width ?? 0))),
    height: Math.max(0, ...places.map(({ y }, index) => y + (sizes[index]?.height ?? 0))),
  };
}

/** The straight line from the border of one box to that of another. */
export function joinBoxes(from: Placed, to: Placed): readonly [Point, Point] {
  return [leave(from, to), leave(to, from)];
}

function leave(box: Placed, towards: Placed): Point {
  const [own, other] = [centreOf(box), centreOf(towards)];
  const [dx, dy] = [other.x - own.x, other.y - own.y];
  const share = Math.min(dx === 0 ? 1 : box.width / 2 / Math.abs(dx), dy === 0 ? 1 : box.height / 2 / Math.abs(dy), 1);
  return { x: own.x + dx * share, y: own.y + dy * share };
}

function centreOf({ x, y, width, height }: Placed): Point {
  return { x: x + width / 2, y: y + height / 2 };
}
