import { stringifyJsonInOrder } from '../std/index.ts';
import { toDocument } from './document.ts';
import { renderMarkdown } from './markdown.ts';
import type { Layout, Report } from './report.ts';
import { renderText } from './text/index.ts';
import { stringifyYaml } from './yaml.ts';

export type { AbilityEntry, AccessEntry, AccessListReport, AccessReport, GrantEntry } from './access.ts';
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
export type { CapacityReport } from './capacity.ts';
export type { ChangedRightEntry, PrincipalEntry, RbacReport, RightEntry, RightsChangeEntry, ViaEntry } from './rbac.ts';
export type { DeniedEntry, EnoughEntry, PrincipalUsageEntry, UsageEntry } from './usage.ts';
export { isDrainable, type DrainReport } from './drain.ts';
export { countPlaced, type ScheduleReport } from './schedule.ts';
export { countActions, countFindings, severityRank } from './summary.ts';
export { stringifyYaml } from './yaml.ts';

/** The formats of a report, by name. Each is a pure function of the report: the same bytes for the same input. */
export const FORMATS: Readonly<Record<FormatName, (report: Report, layout: Layout) => string>> = {
  json: (report) => `${stringifyJsonInOrder(toDocument(report), 2)}\n`,
  markdown: (report) => renderMarkdown(report),
  text: (report, layout) => renderText(report, layout),
  yaml: (report) => stringifyYaml(toDocument(report)),
};

/** The names of the formats that a report can be printed in. */
export type FormatName = 'json' | 'markdown' | 'text' | 'yaml';
