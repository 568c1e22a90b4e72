import { toReachPicture, type ReachDiffReport, type ReachReport } from '../../report/index.ts';
import { toSvg } from './picture.ts';

/** The connections of a report, or how they differ, as SVG. */
export function drawReach(report: ReachDiffReport | ReachReport): Promise<readonly string[]> {
  return toSvg(toReachPicture(report));
}
