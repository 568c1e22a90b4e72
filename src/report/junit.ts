import { formatRef } from '../model/index.ts';
import { toVisible } from '../std/index.ts';
import type { Remark } from './remark.ts';

/**
 * Findings and effects as the XML that CI systems read of JUnit: a case for each, failed where it is an error, skipped where it is
 * waived, else passed with its text as output. Nothing found is one case that passed, since some systems refuse a file without any.
 */
export function toJunit(kind: string, remarks: readonly Remark[]): string {
  const cases = remarks.length === 0 ? ['  <testcase classname="kplan" name="nothing found"/>'] : remarks.map(toCase);
  const failures = remarks.filter(isFailure).length;
  const skipped = remarks.filter(({ waived }) => waived !== undefined).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kplan" tests="${cases.length}" failures="${failures}" errors="0">`,
    ` <testsuite name="${escape(kind)}" ${counts}>`,
    ...cases,
    ' </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function isFailure({ severity, waived }: Remark): boolean {
  return severity === 'error' && waived === undefined;
}

function toCase(remark: Remark): string {
  const { code, message, remedy, ref, source, stood, waived } = remark;
  const place = source ?? stood;
  const where = place === undefined ? '' : ` file="${escape(place.file)}" line="${place.line}"`;
  const name = [code, ref === undefined ? undefined : formatRef(ref), place === undefined ? undefined : `${place.file}:${place.line}`];
  const head = `  <testcase classname="kplan.${code}" name="${escape(name.filter((word) => word !== undefined).join(' '))}"${where}>`;
  const text = escape(`${message}\n${remedy}`, true);
  const body =
    waived !== undefined
      ? `<skipped message="${escape(waived)}"/>`
      : isFailure(remark)
        ? `<failure type="${code}" message="${escape(message)}">${text}</failure>`
        : `<system-out>${text}</system-out>`;
  return `${head}${body}</testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '"': '&quot;', '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Text in XML 1.0, which has no control characters, no half of a pair and two code points less. */
function escape(text: string, keepsLines = false): string {
  return toVisible(text, { keepsLines }).replace(/["&<>\ud800-\udfff\ufffe\uffff]/gu, (sign) => ENTITIES[sign] ?? '\ufffd');
}
