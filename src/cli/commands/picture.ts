import { drawPicture, type Picture } from '../../report/index.ts';

/** A picture as SVG; what lays it out is loaded for it alone. */
export async function toSvg(picture: Picture): Promise<readonly string[]> {
  const { placeGraph } = await import('../graph-layout.ts');
  return [await drawPicture(picture, placeGraph)];
}
