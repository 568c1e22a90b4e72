import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceRange } from '../../model/index.ts';
import { toRemarks, type Excerpt, type PlanReport } from '../../report/index.ts';
import { isOutside } from '../input.ts';
import type { Desired } from './desired.ts';

/** So many places get one, the most important first, each of so few lines. */
const MOST_EXCERPTS = 200;
const MOST_LINES = 8;
const LONGEST_LINE = 160;
const LARGEST_FILE = 4_000_000;
/** What a file says that may hold values of Secrets: of such a file no line is shown. */
const MAY_HOLD_SECRETS = /\bkind["']?\s*:\s*["']?Secret\b|secretGenerator|stringData/;

/** The lines that the effects and findings of a plan stand on, of files of the working tree; none of a file that may hold a Secret. */
export function readExcerpts({ plan }: Pick<PlanReport, 'plan'>, { manifests, root, source }: Desired): readonly Excerpt[] {
  if (source.kind !== 'directory') return [];
  const files = new Set(manifests.filter(({ object }) => object.kind !== 'Secret').map(({ origin }) => origin.file));
  for (const { object, origin } of manifests) if (object.kind === 'Secret') files.delete(origin.file);
  const lines = new Map<string, readonly string[] | undefined>();
  const linesOf = (file: string): readonly string[] | undefined => {
    if (!lines.has(file)) lines.set(file, files.has(file) ? readLines(root, file) : undefined);
    return lines.get(file);
  };
  const places = new Map(
    toRemarks(plan.findings, plan.effects).flatMap(({ source: place }) =>
      place === undefined ? [] : [[`${place.file}:${place.line}`, place]],
    ),
  );
  return [...places.values()].slice(0, MOST_EXCERPTS).flatMap((place) => toExcerpt(place, linesOf(place.file)) ?? []);
}

function readLines(root: string, file: string): readonly string[] | undefined {
  const full = join(root, file);
  if (!existsSync(full) || isOutside(full, root) || !statSync(full).isFile() || statSync(full).size > LARGEST_FILE) return undefined;
  const text = readFileSync(full, 'utf8');
  return MAY_HOLD_SECRETS.test(text) ? undefined : text.split(/\r?\n/);
}

function toExcerpt({ file, line, endLine }: SourceRange, lines: readonly string[] | undefined): Excerpt | undefined {
  if (lines === undefined) return undefined;
  const from = Math.max(1, line - 2);
  const to = Math.min(lines.length, endLine + 1, line + MOST_LINES - 3);
  const shown = lines.slice(from - 1, to).map((text) => text.slice(0, LONGEST_LINE));
  return { file, line, from, lines: shown, marked: Math.min(endLine, to) };
}
