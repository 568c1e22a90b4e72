import { stringifyJsonInOrder } from '../std/index.ts';
import { toDocument } from './document.ts';
import { toCodeQuality } from './gitlab.ts';
import { renderHtml } from './html/index.ts';
import { toJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { toRemarks, type Remark } from './remark.ts';
import { effectsOf, findingsOf, type Layout, type Report } from './report.ts';
import { toSarif } from './sarif.ts';
import { renderText } from './text/index.ts';
import { stringifyYaml } from './yaml.ts';

export type { AbilityEntry, AccessEntry, AccessListReport, AccessReport, GrantEntry, ImpersonationEntry } from './access.ts';
export type { AdoptEntry, AdoptReport } from './adopt.ts';
export { MARKDOWN_LIMIT, renderMarkdown } from './markdown.ts';
export {
  effectsOf,
  findingsOf,
  type AppliedStep,
  type ApplyReport,
  type Layout,
  type LoadSummary,
  type PlanReport,
  type Report,
  type StatusReport,
  type UnitStatus,
  type ValidateReport,
} from './report.ts';
export { groupByCause, toRemarks, type Grouped, type Remark } from './remark.ts';
export type { CapacityReport } from './capacity.ts';
export type { ChangedRightEntry, PrincipalEntry, RbacReport, RightEntry, RightsChangeEntry, ViaEntry } from './rbac.ts';
export type { DeniedEntry, EnoughEntry, PrincipalUsageEntry, UsageEntry } from './usage.ts';
export { isDrainable, type DrainReport } from './drain.ts';
export type { PathChanges, PathEntry } from './paths.ts';
export { toPathsDot, toPathsPicture } from './paths-picture.ts';
export type { Picture } from './picture.ts';
export { joinBoxes, placeInCircle, type Placed } from './circle.ts';
export { drawPicture, type Graph, type GraphBox, type PlacedGraph } from './picture-svg.ts';
export { toReachPicture } from './reach-picture.ts';
export { toReachCsv, toReachDot } from './reach-tables.ts';
export type { ReachSuggestReport } from './reach-suggest.ts';
export type {
  ConnectionChangeEntry,
  ConnectionEntry,
  PortsEntry,
  ReachAnswerReport,
  ReachDiffReport,
  ReachReport,
  RuleVerdict,
  SideEntry,
  StepEntry,
  ExposureEntry,
  HopEntry,
} from './reach.ts';
export { countPlaced, type ScheduleReport } from './schedule.ts';
export { countActions, countFindings, severityRank } from './summary.ts';
export { stringifyYaml } from './yaml.ts';

/** The formats of a report, by name. Each is a pure function of the report: the same bytes for the same input. */
export const FORMATS: Readonly<Record<FormatName, (report: Report, layout: Layout) => string>> = {
  gitlab: (report) => `${stringifyJsonInOrder(toCodeQuality(remarksOf(report)), 2)}\n`,
  html: (report) => renderHtml(report),
  json: (report) => `${stringifyJsonInOrder(toDocument(report), 2)}\n`,
  junit: (report) => toJunit(report.kind, remarksOf(report)),
  markdown: (report) => renderMarkdown(report),
  sarif: (report) => `${stringifyJsonInOrder(toSarif(remarksOf(report)), 2)}\n`,
  text: (report, layout) => renderText(report, layout),
  yaml: (report) => stringifyYaml(toDocument(report)),
};

/** The names of the formats that a report can be printed in. */
export type FormatName = 'gitlab' | 'html' | 'json' | 'junit' | 'markdown' | 'sarif' | 'text' | 'yaml';

function remarksOf(report: Report): readonly Remark[] {
  return toRemarks(findingsOf(report), effectsOf(report));
}
