import {
  CATALOG,
  isMisdated,
  refOf,
  toFinding,
  type Digest,
  type Finding,
  type FindingData,
  type KubernetesObject,
  type ObjectRef,
  type Waiver,
} from '../../model/index.ts';
import { append, getString, toPointer, type JsonValue, type Path } from '../../std/index.ts';
import { toEncryptedFinding } from '../encrypted.ts';
import type { Limits } from '../limits.ts';
import { holdsSecret, mayHoldSecret, withoutQuotes } from '../secret-values.ts';
import { classify, type Classified } from './classify.ts';
import { construct, type Issue } from './construct.ts';
import { isFault, startOf, type SyntaxFault, type YamlEvent } from './events.ts';
import { readEvents } from './read-events.ts';
import type { DocumentPlace } from './origin.ts';
import { listSeparatorFaults, toFaultFinding, toSyntaxData } from './fault-finding.ts';
import { isJsonText, splitObjects } from './json-stream.ts';
import { findPlace, pathTo, type Stretch } from './place.ts';
import { mayBeSimple, readSimple, type SimpleDocument } from './simple-block.ts';
import { splitDocuments } from './split.ts';
import type { TextSource } from './text-source.ts';
import { findWaivers } from './waivers.ts';

/** Raised whenever the same text is parsed into something else: what was kept of it before is not read. */
export const PARSER_VERSION = 7;

const LONGEST_CODE = 40;

/** One object of a file. */
export interface ParsedObject {
  readonly object: KubernetesObject;
  readonly place: DocumentPlace;
  readonly waivers: readonly Waiver[];
  /** Where the object has been digested. */
  readonly verdict?: Digest['verdict'];
}

/** What a file holds. A plain value, so that it can be cached under the hash of the file's bytes. */
export interface ParsedFile {
  readonly objects: readonly ParsedObject[];
  readonly findings: readonly Finding[];
  readonly documents: number;
  readonly skipped: number;
  readonly isTemplated: boolean;
  /** Objects that are there but encrypted. */
  readonly encrypted: readonly ObjectRef[];
  /** Where the objects have been digested: a hash of what is left of them all, in their order. */
  readonly fingerprint?: string;
}

/** One YAML document and where it stands. */
export interface RawDocument {
  readonly value: JsonValue;
  readonly place: DocumentPlace;
  readonly waivers: readonly Waiver[];
  /** What is odd about it, should it be a Kubernetes object. */
  readonly findings: readonly Finding[];
}

interface Reading {
  readonly source: TextSource;
  readonly limits: Limits;
  readonly documents: RawDocument[];
  readonly findings: Finding[];
  isTemplated: boolean;
}

/** Reads all documents of a text, whatever they are. A fault in one leaves the others. */
export function readDocuments(source: TextSource, limits: Limits): Readonly<Reading> {
  const reading: Reading = { source, limits, documents: [], findings: [], isTemplated: false };
  const maySimple = mayBeSimple(source.text);
  for (const part of splitDocuments(source.text)) {
    const simple = maySimple ? readSimple(source.text, part.start, part.end) : undefined;
    if (simple === undefined) readPart(reading, part, part.start === 0);
    else if (simple.value !== null) takeSimple(reading, part, simple);
  }
  return reading;
}

/** Reads a file and tells Kubernetes objects from everything else. */
export function parseFile(source: TextSource, limits: Limits): ParsedFile {
  const reading = readDocuments(source, limits);
  const file: Sorted = {
    objects: [],
    findings: reading.findings,
    encrypted: [],
    skipped: 0,
    firstSkipped: 0,
    template: undefined,
  };
  const documents = reading.documents.length;
  if (reading.isTemplated) return templatedFile(source, documents);
  for (const document of reading.documents) sortOut(file, document, { source, limits });
  const { objects, findings, encrypted, skipped, firstSkipped, template } = file;
  if (template !== undefined && objects.length === 0 && encrypted.length === 0) return templatedFile(source, documents);
  if (template !== undefined) findings.push(template);
  if (skipped > 0) findings.push(toFinding('KL0020', { source: lineRange(source, firstSkipped), data: { count: skipped } }));
  return { objects, findings, encrypted, skipped, documents, isTemplated: false };
}

interface Sorted {
  readonly objects: ParsedObject[];
  readonly findings: Finding[];
  readonly encrypted: ObjectRef[];
  skipped: number;
  /** The line of the first document that was skipped. */
  firstSkipped: number;
  /** Said of the first document whose object has no name before it is rendered; the others of the file have theirs. */
  template: Finding | undefined;
}

function sortOut(file: Sorted, document: RawDocument, { source, limits }: { readonly source: TextSource; readonly limits: Limits }): void {
  const items = classify(document.value);
  const locate = locator(source, limits, document.place);
  let isForeign = false;
  for (const item of items) {
    if (item.kind === 'object') file.objects.push(toParsedObject(source, locate, document, item));
    else if (item.kind === 'foreign') isForeign = true;
    else if (item.kind === 'templated') file.template ??= toTemplate(source, locate(item.path));
    else sayWhy(item, file, source, locate);
  }
  if (document.findings.length > 0 && !isForeign) append(file.findings, withRef(document, items));
  if (!isForeign) return;
  if (file.skipped++ === 0) file.firstSkipped = document.place.line;
}

function withRef(document: RawDocument, items: readonly Classified[]): readonly Finding[] {
  const [only] = items;
  const findings = holdsSecret(document.value) ? document.findings.map(withoutQuotes) : document.findings;
  if (only?.kind !== 'object' || items.length > 1 || only.base.length > 0) return findings;
  const ref = refOf(only.object);
  return findings.map((finding) => ({ ...finding, ref }));
}

type Locate = (path: Path) => Stretch;

function sayWhy(
  item: Extract<Classified, { kind: 'fault' | 'encrypted' }>,
  file: { readonly findings: Finding[]; readonly encrypted: ObjectRef[] },
  source: TextSource,
  locate: Locate,
): void {
  const path = item.kind === 'fault' ? item.path : [...item.base, 'sops'];
  const { start, end } = locate(path);
  const range = source.rangeOf(start, end);
  if (item.kind === 'fault') file.findings.push(toFinding(item.code, { path: toPointer(path), source: range, data: item.data }));
  else {
    const { object } = item;
    if (object !== undefined) file.encrypted.push(refOf(object));
    file.findings.push(toEncryptedFinding(object, range));
  }
}

function templatedFile(source: TextSource, documents: number): ParsedFile {
  const at = Math.max(0, source.text.indexOf('{{'));
  const findings = [toFinding('KL0021', { source: source.rangeOf(at, at + 2), data: { what: 'file' } })];
  return { objects: [], findings, documents, skipped: 0, isTemplated: true, encrypted: [] };
}

function toTemplate(source: TextSource, { start, end }: Stretch): Finding {
  return toFinding('KL0021', { source: source.rangeOf(start, end), data: { what: 'document' } });
}

function toParsedObject(
  source: TextSource,
  locate: Locate,
  { place, waivers }: RawDocument,
  { object, base }: Extract<Classified, { kind: 'object' }>,
): ParsedObject {
  if (base.length === 0) return { object, place, waivers };
  const { start } = locate(base);
  return { object, place: { ...place, base, line: source.lineOf(start) }, waivers };
}

/** Finds the places of a document, which is parsed once for all of them, when the first is asked for. */
function locator(source: TextSource, limits: Limits, place: DocumentPlace): Locate {
  let parsed: { readonly chunk: string; readonly events: readonly YamlEvent[] } | undefined;
  const parse = (): NonNullable<typeof parsed> => {
    const chunk = source.text.slice(place.start, place.end);
    return { chunk, events: readEventsOrNone(chunk, limits.depth) };
  };
  return (path) => {
    const { chunk, events } = (parsed ??= parse());
    const found = findPlace(chunk, events, place.event, path);
    return { start: place.start + found.start, end: place.start + found.end };
  };
}

function readEventsOrNone(chunk: string, depth: number): readonly YamlEvent[] {
  const events = readEvents(chunk, depth);
  return isFault(events) ? [] : events;
}

const NONE: readonly [] = [];

function takeSimple({ source, documents }: Reading, part: Stretch, { value, start, oddities }: SimpleDocument): void {
  const place = { start: part.start, end: part.end, document: documents.length, line: source.lineOf(start), event: 0, base: NONE };
  const findings =
    oddities.length === 0
      ? NONE
      : oddities.map(({ offset, path, text, value: read }) =>
          toFinding('KL0009', {
            path: toPointer(path),
            source: source.rangeOf(offset, offset + text.length),
            data: withQuoted({ text, value: read }),
          }),
        );
  documents.push({ value, place, waivers: NONE, findings });
}

/** `mayBeJson` where kubectl would read JSON: at the beginning of a stream, and after an object there. */
function readPart(reading: Reading, part: Stretch, mayBeJson: boolean): void {
  const { source, limits } = reading;
  const chunk = source.text.slice(part.start, part.end);
  const events = readEvents(chunk, limits.depth);
  if (isFault(events)) {
    const objects = mayBeJson ? splitObjects(chunk) : [];
    if (objects.length === 0) return sayFault(reading, part, events);
    for (const { start, end } of objects) readPart(reading, { start: part.start + start, end: part.start + end }, true);
    return;
  }
  const commented = findWaivers(source, part, () => events);
  const waivers = commented.filter(({ code, reason }) => isCode(code) && !isMisdated(reason));
  const isOdd = (issue: Issue): boolean => issue.kind !== 'bad-escape' || !mayBeJson || !isJsonText(chunk);
  for (let at = 0; at < events.length;) {
    const made = construct(chunk, events, at, limits.aliasedCharacters);
    const toFindings = (issues: readonly Issue[]): Finding[] =>
      issues.filter(isOdd).map((issue) => toIssueFinding(source, chunk, part.start, events, at, issue));
    if (made.failure !== undefined) {
      const findings = toFindings([...made.issues, made.failure]);
      sayFailure(reading, part, made.failure, mayHoldSecret(chunk) ? findings.map(withoutQuotes) : findings);
    }
    if (made.failure === undefined && made.value !== null) {
      const first = events[at + 1];
      const line = source.lineOf(part.start + Math.max(0, first === undefined ? 0 : startOf(first)));
      const place = { ...part, document: reading.documents.length, line, event: at, base: [] };
      const faults = at === 0 ? listSeparatorFaults(source, part) : [];
      const findings = [...faults, ...judgeComments(source, commented), ...toFindings(made.issues)];
      reading.documents.push({ value: made.value, place, waivers, findings });
    }
    at = made.next;
  }
}

function sayFailure(reading: Reading, part: Stretch, failure: Issue, findings: readonly Finding[]): void {
  if (isTemplateAt(reading.source, part.start + failure.offset)) reading.isTemplated = true;
  else append(reading.findings, findings);
}

function judgeComments(source: TextSource, waivers: readonly Waiver[]): readonly Finding[] {
  return waivers.flatMap(({ code, reason, comment }) => {
    const fault = findFault(code, reason);
    return fault === undefined
      ? []
      : [toFinding(fault, { source: lineRange(source, comment), data: { code: code.slice(0, LONGEST_CODE) } })];
  });
}

function isCode(code: string): boolean {
  return Object.hasOwn(CATALOG, code);
}

function findFault(code: string, reason: string): string | undefined {
  if (!isCode(code)) return 'KL0045';
  if (reason === '') return 'KL0028';
  return isMisdated(reason) ? 'KL0029' : undefined;
}

function sayFault(reading: Reading, part: Stretch, fault: SyntaxFault): void {
  if (isTemplateAt(reading.source, part.start + fault.offset)) reading.isTemplated = true;
  else reading.findings.push(toFaultFinding(reading.source, part, fault, reading.limits));
}

// Alerting rules and the like hold `{{` in good YAML: only where the fault is at such a place, the file is a template.
function isTemplateAt(source: TextSource, offset: number): boolean {
  if (!source.text.includes('{{')) return false;
  const line = source.lineOf(offset);
  const around = source.text.slice(source.startOfLine(Math.max(1, line - 1)), source.startOfLine(line + 1));
  return around.includes('{{') || /^[ \t]*\{\{/m.test(source.text);
}

const CODE_OF_ISSUE: Readonly<Record<Issue['kind'], string>> = {
  'bad-escape': 'KL0001',
  'duplicate-key': 'KL0002',
  'bad-alias': 'KL0003',
  aliasing: 'KL0004',
  'bad-key': 'KL0006',
  'bad-value': 'KL0007',
  'merge-overrides': 'KL0008',
  'read-differently': 'KL0009',
  'odd-key': 'KL0010',
};

function toIssueFinding(
  source: TextSource,
  chunk: string,
  base: number,
  events: readonly YamlEvent[],
  document: number,
  issue: Issue,
): Finding {
  const start = base + issue.offset;
  const length = /^[^\s:,\]}#]*/.exec(chunk.slice(issue.offset, issue.offset + 100))?.[0].length ?? 0;
  const path = toPointer(pathTo(chunk, events, document, issue.offset));
  const data = toData(issue, source, start);
  return toFinding(CODE_OF_ISSUE[issue.kind], { path, source: source.rangeOf(start, start + length), data });
}

function toData({ kind, data }: Issue, source: TextSource, start: number): FindingData {
  if (kind === 'bad-escape') return toSyntaxData(source.file, 'found unknown escape character');
  if (kind === 'duplicate-key') return { ...data, line: source.lineOf(start) };
  return kind === 'read-differently' ? withQuoted(data) : data;
}

/** The text as code: of a Secret, words stand in its place. */
function withQuoted(data: FindingData): FindingData {
  return { ...data, text: `\`${getString(data, 'text') ?? ''}\`` };
}

/** The whole of a line. */
export function lineRange(source: TextSource, line: number): Finding['source'] & object {
  const start = source.startOfLine(line);
  const next = source.startOfLine(line + 1);
  const text = source.text.slice(start, next).trimEnd();
  return source.rangeOf(start, start + text.length);
}
