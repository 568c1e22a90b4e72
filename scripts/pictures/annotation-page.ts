import { html, type Markup } from '../../src/report/html/markup.ts';

/** An annotation as a run without the right to checks prints it. */
export interface Annotation {
  readonly level: string;
  readonly file: string;
  readonly line: number;
  readonly endLine: number;
  readonly title: string;
  readonly message: string;
}

/** What stands in the repository. */
export interface Sources {
  readonly linesOf: (file: string) => readonly string[];
  /** The difference of a file as `git diff` tells it. */
  readonly diffOf: (file: string) => string;
}

const COMMAND = /^::(error|warning|notice) file=([^,]+),line=(\d+),endLine=(\d+)[^:]*?,title=([^:]*)::(.*)$/gm;

/** The annotations among workflow commands. */
export function readAnnotations(commands: string): readonly Annotation[] {
  return [...commands.matchAll(COMMAND)].map(([, level = '', file = '', line, endLine, title = '', message = '']) => ({
    level,
    file,
    line: Number(line),
    endLine: Number(endLine),
    title: decode(title),
    message: decode(message),
  }));
}

function decode(text: string): string {
  return text.replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

/** A page that shows annotations below their lines, as GitHub lays them out in the changed files of a pull request. */
export function annotationPage(annotations: readonly Annotation[], sources: Sources): string {
  const files = [...new Set(annotations.map(({ file }) => file))];
  return html`<!doctype html>
    <meta charset="utf-8" />
    <style>
      ${{ html: STYLE }}
    </style>
    ${files.map((file) =>
      fileOf(
        file,
        annotations.filter((each) => each.file === file),
        sources,
      ),
    )}`.html;
}

/** A line of the file as it is after; of one that is gone, the number of the line that it stood before. */
interface Row {
  readonly sign: ' ' | '+' | '-';
  readonly number: number;
  readonly text: string;
}

function fileOf(file: string, annotations: readonly Annotation[], { linesOf, diffOf }: Sources): Markup {
  const diff = readDiff(diffOf(file));
  const rows = diff.length > 0 ? diff : linesOf(file).map((text, index): Row => ({ sign: ' ', number: index + 1, text }));
  const isNear = ({ number }: Row): boolean => annotations.some(({ line, endLine }) => number >= line - 3 && number <= endLine + 1);
  const isMissing = annotations.some(({ endLine }) => !rows.some(({ number, sign }) => number === endLine && sign !== '-'));
  const shown = (isMissing ? linesOf(file).map((text, index): Row => ({ sign: ' ', number: index + 1, text })) : rows).filter(isNear);
  return html`<div class="file">
    <header>${file}</header>
    ${shown.map((row) => [lineOf(row), ...annotations.filter((each) => row.sign !== '-' && each.endLine === row.number).map(noteOf)])}
  </div>`;
}

function readDiff(diff: string): readonly Row[] {
  let number = 0;
  return diff.split('\n').flatMap((text): Row[] => {
    const hunk = /^@@ -\S+ \+(\d+)/.exec(text);
    if (hunk !== null) number = Number(hunk[1]);
    const sign = text.slice(0, 1);
    if (number === 0 || hunk !== null || !(sign === ' ' || sign === '+' || sign === '-')) return [];
    return [{ sign, number: sign === '-' ? number : number++, text: text.slice(1) }];
  });
}

const SIGNS = { ' ': 'same', '+': 'come', '-': 'gone' } as const;

function lineOf({ sign, number, text }: Row): Markup {
  return html`<pre class="${SIGNS[sign]}"><i>${sign === '-' ? '' : String(number)}</i>${sign} ${text}</pre>`;
}

const LEVELS: Readonly<Record<string, string>> = { error: 'Failure', warning: 'Warning', notice: 'Notice' };

function noteOf({ level, title, message, line, endLine, file }: Annotation): Markup {
  const lines = line === endLine ? `line ${line}` : `lines ${line} to ${endLine}`;
  return html`<aside class="${level}">
    <p><b>Check ${(LEVELS[level] ?? '').toLowerCase()}</b> on ${lines} in ${file.split('/').at(-1) ?? ''} · kplan</p>
    <h4>${title}</h4>
    <div>${message}</div>
  </aside>`;
}

const STYLE = `
body { margin: 16px; width: 868px; font: 14px/1.5 system-ui, "Segoe UI", sans-serif; color: #1f2328; background: #fff; }
.file { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; margin-bottom: 16px; }
header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 12px; font: 600 12px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { margin: 0; font: 12px/20px ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
pre i { display: inline-block; width: 48px; padding-right: 10px; text-align: right; color: #59636e; font-style: normal; }
.come { background: #dafbe1; } .gone { background: #ffebe9; }
aside { border: 1px solid #d1d9e0; border-left: 4px solid; border-radius: 6px; margin: 8px 12px; padding: 8px 12px; }
aside p { margin: 0; color: #59636e; font-size: 12px; } aside h4 { margin: 2px 0; }
aside div { white-space: pre-wrap; }
.error { border-left-color: #cf222e; } .warning { border-left-color: #9a6700; } .notice { border-left-color: #0969da; }
.error b { color: #cf222e; } .warning b { color: #9a6700; } .notice b { color: #0969da; }
`;
