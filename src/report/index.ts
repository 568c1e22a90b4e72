export { FORMATS, type Format, type FormatName } from './formats.ts';
export type { AbilityEntry, AccessEntry, AccessListReport, AccessReport, GrantEntry, ImpersonationEntry } from './access.ts';
export type { AdoptEntry, AdoptReport } from './adopt.ts';
export { MARKDOWN_LIMIT, renderMarkdown } from './markdown.ts';
export {
  effectsOf,
  findingsOf,
  type AppliedStep,
  type ApplyReport,
  type BesideChange,
  type LoadSummary,
  type PlanReport,
  type Report,
  type StatusReport,
  type UnitStatus,
  type ValidateReport,
} from './report.ts';
export { sentenceOf } from './sentence.ts';
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
export { toReachJson } from './reach-json.ts';
export { toReachCsv, toReachDot } from './reach-tables.ts';
export type { ReachSuggestReport } from './reach-suggest.ts';
export { ConnectionList } from './reach.ts';
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
