import { formatRef, type Severity, type SourceRange } from '../model/index.ts';
import { sortedUnique, toVisible, type JsonObject } from '../std/index.ts';
import type { Remark } from './remark.ts';
import { sentenceOf } from './sentence.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', info: 'note', warning: 'warning' };

/** The whole repository: code scanning takes no result without a place, and some have none. */
const NOWHERE = '.';

/**
 * Findings and effects as SARIF 2.1.0 (OASIS), as code scanning of GitHub and others reads it: a rule for each code, a
 * fingerprint that stays as lines move, and what is waived as suppressed, with its reason.
 */
export function toSarif(remarks: readonly Remark[]): JsonObject {
  const codes = sortedUnique(remarks.map(({ code }) => code));
  const titles = new Map(remarks.map((remark) => [remark.code, remark]));
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kplan',
            rules: codes.map((code) => ({
              id: code,
              shortDescription: { text: titles.get(code)?.title ?? code },
              help: { text: `\`kplan explain ${code}\` says what it means, why it matters and how to mend it.` },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: 'The root of the repository.' } } },
        results: remarks.map((remark) => toResult(remark, codes.indexOf(remark.code))),
      },
    ],
  };
}

function toResult(remark: Remark, ruleIndex: number): JsonObject {
  const { code, severity, remedy, ref, source, waived, fingerprint } = remark;
  return {
    ruleId: code,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: toVisible(`${sentenceOf(remark)}\n${remedy}`, { keepsLines: true }) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: toUri(source?.file ?? NOWHERE), uriBaseId: 'SRCROOT' },
          region: source === undefined ? { startLine: 1 } : toRegion(source),
        },
        ...(ref === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: formatRef(ref), kind: 'resource' }] }),
      },
    ],
    partialFingerprints: { 'kplan/v1': fingerprint },
    ...(waived === undefined ? {} : { suppressions: [{ kind: 'inSource', status: 'accepted', justification: waived }] }),
  };
}

function toRegion({ line, column, endLine, endColumn }: SourceRange): JsonObject {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

/** A path as a relative reference of RFC 3986. */
function toUri(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}
