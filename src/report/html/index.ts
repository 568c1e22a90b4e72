import { formatRef, type Excerpt, type SourceRange, type WorldSource } from '../../model/index.ts';
import { titleOf } from '../markdown.ts';
import { groupByCause, toRemarks, type Grouped, type Remark } from '../remark.ts';
import { effectsOf, findingsOf, type Report } from '../report.ts';
import { renderText } from '../text/index.ts';
import { fillingOf } from './filling.ts';
import { html, type Markup } from './markup.ts';
import { picturesOf } from './pictures.ts';
import { changesOf } from './plan.ts';
import { STYLE } from './style.ts';

const TEXT_WIDTH = 120;

const SECTIONS = [
  ['Errors', 'error'],
  ['Warnings', 'warning'],
  ['Notes', 'info'],
] as const;

/**
 * A report as one page that needs nothing else: no network, no scripts. What matters most comes first, effects and findings by
 * severity, then the changes with their fields; what has no better picture yet stands as text.
 */
export function renderHtml(report: Report): string {
  const remarks = toRemarks(findingsOf(report), effectsOf(report));
  const open = remarks.filter(({ waived }) => waived === undefined);
  const waived = remarks.filter((remark) => remark.waived !== undefined);
  const { excerpts, filling = [] } = (report.kind === 'PlanReport' ? report.illustration : undefined) ?? { excerpts: [] };
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${titleOf(report)}</title>
        <style>
          ${{ html: STYLE }}
        </style>
      </head>
      <body>
        <header>
          <h1>${titleOf(report)}</h1>
          ${worldsOf(report)}
          <ul class="counts">
            ${countsOf(open).map((text) => html`<li>${text}</li>`)}
          </ul>
        </header>
        <main>
          ${SECTIONS.map(([title, severity]) => {
            const own = open.filter((remark) => remark.severity === severity);
            return sectionOf(title, own, excerpts);
          })}
          ${picturesOf(effectsOf(report))} ${fillingOf(filling)} ${bodyOf(report)} ${sectionOf('Waived', waived, [])}
          ${
            report.notes.length === 0
              ? undefined
              : html`<h2>What else is to be known</h2>
                  ${report.notes.map((note) => html`<p>${note}</p>`)}`
          }
        </main>
        <footer><p>${report.next}</p></footer>
      </body>
    </html> `;
  return page.html;
}

function worldsOf(report: Report): Markup | undefined {
  const worlds = 'plan' in report ? [report.plan.before, report.plan.after] : [];
  if (worlds.length === 0) return undefined;
  const describe = ({ description }: WorldSource): string => description;
  return html`<p class="worlds">${worlds.map(describe).join(' → ')}</p>`;
}

function countsOf(remarks: readonly Remark[]): readonly string[] {
  return (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = remarks.filter((remark) => remark.severity === severity).length;
    const word = severity === 'info' ? 'note' : severity;
    return count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`];
  });
}

function sectionOf(title: string, remarks: readonly Remark[], excerpts: readonly Excerpt[]): Markup | undefined {
  if (remarks.length === 0) return undefined;
  return html`<section>
    <h2>${title} (${String(remarks.length)})</h2>
    ${groupByCause(remarks).map((group) => itemOf(group, excerpts))}
  </section>`;
}

/** What one place brings about: the first of it, the others folded. */
function itemOf({ first, others }: Grouped, excerpts: readonly Excerpt[]): Markup {
  const { code, severity, title, message, remedy, ref, source, gone, waived } = first;
  const own = findExcerpt(excerpts, source);
  const shown = isWithin(gone, own) ? [own] : [own, findExcerpt(excerpts, gone, true)];
  const places = [
    ...(source === undefined ? [] : [`${source.file}:${source.line}`]),
    ...(gone === undefined ? [] : [`${gone.file}:${gone.line} (before)`]),
  ];
  return html`<article class="item ${severity}">
    <p><b>${severity}</b> ${message}</p>
    <p><span class="place">${places.join(', ')}</span> ${ref === undefined ? undefined : html`<code>${formatRef(ref)}</code>`}</p>
    ${others.length === 0 ? undefined : moreOf(others)} ${shown.map((excerpt) => (excerpt === undefined ? undefined : excerptOf(excerpt)))}
    <p class="remedy">${waived === undefined ? remedy : `Waived: ${waived}`} <code title="${title}">${code}</code></p>
  </article> `;
}

function moreOf(others: readonly Remark[]): Markup {
  return html`<details>
    <summary>and ${String(others.length)} more</summary>
    <ul>
      ${others.map(({ message, ref }) => html`<li>${message} ${ref === undefined ? undefined : html`<code>${formatRef(ref)}</code>`}</li>`)}
    </ul>
  </details>`;
}

function findExcerpt(excerpts: readonly Excerpt[], place: SourceRange | undefined, isOfBefore?: true): Excerpt | undefined {
  return excerpts.find((excerpt) => excerpt.file === place?.file && excerpt.line === place.line && excerpt.isOfBefore === isOfBefore);
}

/** Whether an excerpt of the file as it is shows what stood at a place of it before. */
function isWithin(place: SourceRange | undefined, excerpt: Excerpt | undefined): boolean {
  if (place === undefined || place.file !== excerpt?.file) return false;
  return (excerpt.gone ?? []).some(({ from, lines }) => place.line >= from && place.line < from + lines.length);
}

function excerptOf({ file, line, from, lines, marked, gone = [], isOfBefore }: Excerpt): Markup {
  const goneAhead = (number: number): readonly Markup[] =>
    gone.flatMap((item) =>
      item.ahead === number ? item.lines.map((text, index) => html`<del>${rowOf(item.from + index, text)}</del>`) : [],
    );
  const rows = lines.map((text, index) => {
    const number = from + index;
    const row = rowOf(number, text);
    const own = number < line || number > marked ? html`${row}` : isOfBefore === true ? html`<del>${row}</del>` : html`<mark>${row}</mark>`;
    return [goneAhead(number), own];
  });
  const last = goneAhead(from + lines.length);
  return html`<pre class="excerpt" tabindex="0" aria-label="${file} from line ${String(from)}${isOfBefore === true ? ', before' : ''}">
${rows}${last}</pre>`;
}

function rowOf(number: number, text: string): string {
  return `${String(number).padStart(5)}  ${text}\n`;
}

function bodyOf(report: Report): Markup | undefined {
  if (report.kind === 'PlanReport') return changesOf(report.plan);
  if (report.kind === 'ValidateReport') return undefined;
  return html`<h2>Report</h2>
    <pre>${renderText(report, { width: TEXT_WIDTH, color: false, all: true })}</pre>`;
}
