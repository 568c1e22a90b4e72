import { stringifyJsonInOrder } from '../std/index.ts';
import { toRemarks, type Remark } from './remark.ts';
import { effectsOf, findingsOf, type Layout, type Report } from './report.ts';

/** Writes a report in one format: a pure function of it, the same bytes for the same input. */
export type Format = (report: Report, layout: Layout) => string;

/** The formats of a report, by name, each loaded when it is asked for. */
export const FORMATS: Readonly<Record<FormatName, () => Promise<Format>>> = {
  gitlab: async () => {
    const { toCodeQuality } = await import('./gitlab.ts');
    return (report) => `${stringifyJsonInOrder(toCodeQuality(remarksOf(report)), 2)}\n`;
  },
  html: async () => (await import('./html/index.ts')).renderHtml,
  json: async () => {
    const { toDocument } = await import('./document.ts');
    return (report) => `${stringifyJsonInOrder(toDocument(report), 2)}\n`;
  },
  junit: async () => {
    const { toJunit } = await import('./junit.ts');
    return (report) => toJunit(report.kind, remarksOf(report));
  },
  markdown: async () => {
    const { renderMarkdown } = await import('./markdown.ts');
    return (report) => renderMarkdown(report);
  },
  sarif: async () => {
    const { toSarif } = await import('./sarif.ts');
    return (report) => `${stringifyJsonInOrder(toSarif(remarksOf(report)), 2)}\n`;
  },
  text: async () => (await import('./text/index.ts')).renderText,
  yaml: async () => {
    const [{ toDocument }, { stringifyYaml }] = await Promise.all([import('./document.ts'), import('./yaml.ts')]);
    return (report) => stringifyYaml(toDocument(report));
  },
};

/** The names of the formats that a report can be printed in. */
export type FormatName = 'gitlab' | 'html' | 'json' | 'junit' | 'markdown' | 'sarif' | 'text' | 'yaml';

function remarksOf(report: Report): readonly Remark[] {
  return toRemarks(findingsOf(report), effectsOf(report));
}
