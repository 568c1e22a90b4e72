import { drawReach, type ReachDiffReport, type ReachReport } from '../../report/index.ts';

/** The connections as a picture; what lays it out is loaded for it alone. */
export async function toReachSvg(report: ReachDiffReport | ReachReport): Promise<readonly string[]> {
  const { placeGraph } = await import('../graph-layout.ts');
  return [await drawReach(report, placeGraph)];
}
