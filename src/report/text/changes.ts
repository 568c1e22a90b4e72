import { groupBy, compareBy, isObject, stringifyJson, type JsonValue } from '../../std/index.ts';
import { formatRef, stepsOf, type Action, type FieldChange, type Plan, type Step } from '../../model/index.ts';
import { describePlaceOfStep, outcomeWord, type AppliedStep, type Layout, type StepOutcome } from '../report.ts';
import { maskSecrets } from '../secrets.ts';
import { line, type Line } from './lines.ts';
import { span, type Span, type Tone } from './paint.ts';

const SYMBOLS: Readonly<Record<Action, { readonly symbol: string; readonly tone: Tone }>> = {
  create: { symbol: '+', tone: 'good' },
  update: { symbol: '~', tone: 'warn' },
  replace: { symbol: '-/+', tone: 'bad' },
  delete: { symbol: '-', tone: 'bad' },
  none: { symbol: ' ', tone: 'dim' },
};

const RANK: Readonly<Record<Action, number>> = { delete: 0, replace: 1, update: 2, create: 3, none: 4 };
const MOST_CREATES = 10;
const MOST_OBJECTS = 25;
const MOST_FIELDS = 8;

/** The changes of a plan but for drift: what is taken away first, then what differs, then what is new; long lists folded unless `all`. */
export function changeLines(plan: Plan, layout: Layout): Line[] {
  const steps = toOrdered(stepsOf(plan).flatMap((step) => withoutDrift(step) ?? []));
  const creates = steps.filter((step) => step.action === 'create');
  const others = steps.filter((step) => step.action !== 'create');
  const told = layout.all ? others : others.filter((step) => !isAdoption(step));
  const adopted = others.length - told.length;
  const shown = layout.all ? told : told.slice(0, MOST_OBJECTS);
  const lines = shown.flatMap((step) => stepLines(step, layout));
  const hidden = told.length - shown.length;
  if (hidden > 0) lines.push(line([span(`… ${hidden} more changes (--all shows them)`, 'dim')]));
  if (adopted > 0) lines.push(line([span(describeAdopted(adopted), 'dim')]));
  if (layout.all || creates.length <= MOST_CREATES) lines.push(...creates.flatMap((step) => stepLines(step, layout)));
  else lines.push(...foldedCreates(creates));
  return lines;
}

function toOrdered(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted(
    compareBy(
      (step) => RANK[step.action],
      (step) => step.wave,
      (step) => step.ref.namespace ?? '',
      (step) => step.ref.kind,
      (step) => step.ref.name,
    ),
  );
}

/** The step as far as it is the manifest's doing; undefined where all of it is drift. */
function withoutDrift(step: Step): Step | undefined {
  const fields = step.fields.filter(({ drift }) => drift === undefined);
  if (fields.length === step.fields.length) return step;
  return fields.length === 0 && step.action === 'update' ? undefined : { ...step, fields };
}

/** What others changed in the cluster since it was last applied, each field with who did it, and when; none where nothing drifted. */
export function driftLines(plan: Plan, layout: Layout): Line[] {
  const drifted = stepsOf(plan).flatMap((step) => {
    const fields = step.fields.filter(({ drift }) => drift !== undefined);
    return fields.length === 0 ? [] : [{ ...step, fields }];
  });
  const shown = layout.all ? drifted : drifted.slice(0, MOST_OBJECTS);
  const lines = toOrdered(shown).flatMap((step) => stepLines(step, layout));
  const hidden = drifted.length - shown.length;
  return hidden === 0 ? lines : [...lines, line([span(`… ${hidden} more objects (--all shows them)`, 'dim')])];
}

/** The label of the unit that an object belongs to (KEP-3659). */
const MEMBERSHIP = '/metadata/labels/applyset.kubernetes.io~1part-of';

/** Whether an object that is as it should be only comes into the unit. */
function isAdoption({ action, fields }: Step): boolean {
  const [field] = fields;
  return action === 'update' && fields.length === 1 && field?.before === undefined && (field?.path === MEMBERSHIP || isOnlyLabel(field));
}

/** Without any labels before, the whole map is what is new. */
function isOnlyLabel(field: FieldChange | undefined): boolean {
  return (
    field?.path === '/metadata/labels' && isObject(field.after) && Object.keys(field.after).join() === 'applyset.kubernetes.io/part-of'
  );
}

function describeAdopted(count: number): string {
  return `… ${count} ${count === 1 ? 'update' : 'updates'} of kapply's own label only: taken into the unit as they are (--all shows ${count === 1 ? 'it' : 'them'})`;
}

function foldedCreates(creates: readonly Step[]): Line[] {
  const byNamespace = new Map<string, Map<string, number>>();
  for (const { ref } of creates) {
    const kinds = byNamespace.get(ref.namespace ?? '') ?? new Map<string, number>();
    kinds.set(ref.kind, (kinds.get(ref.kind) ?? 0) + 1);
    byNamespace.set(ref.namespace ?? '', kinds);
  }
  const lines = [...byNamespace].toSorted(compareBy(([namespace]) => namespace)).map(([namespace, kinds]) => {
    const list = [...kinds].toSorted(compareBy(([kind]) => kind)).map(([kind, n]) => (n === 1 ? kind : `${n} ${kind}`));
    return line(
      [span('+ ', 'good'), span(namespace === '' ? 'cluster-wide' : namespace, 'bold'), span(`  ${list.join(', ')}`)],
      undefined,
      4,
    );
  });
  return [...lines, line([span('  (--all lists them one by one)', 'dim')])];
}

/** One change: its symbol, object and place, then the fields that differ. */
export function stepLines(step: Step, layout: Layout): Line[] {
  const { symbol, tone } = SYMBOLS[step.action];
  const head: Span[] = [span(`${symbol} `, tone), span(formatRef(step.ref), 'bold')];
  if (step.movedFrom !== undefined) head.push(span(`  was ${formatRef(step.movedFrom)}`, 'dim'));
  else if (step.reason !== undefined) head.push(span(`  ${step.reason}`, tone));
  const place = describePlaceOfStep(step);
  const fields = layout.all ? step.fields : step.fields.slice(0, MOST_FIELDS);
  const lines = [line(head, place), ...fields.map((field) => fieldLine(field, step, layout))];
  const hidden = step.fields.length - fields.length;
  if (hidden > 0) lines.push(line([span(`    … ${hidden} more fields`, 'dim')]));
  return lines;
}

function fieldLine(change: FieldChange, step: Step, layout: Layout): Line {
  const field = maskSecrets(change, step.ref);
  const path = `    ${readablePath(field.path, step).replace('.spec.template.spec.', '.spec…')}`.padEnd(
    Math.min(52, Math.max(24, layout.width - 40)),
  );
  const before: Span[] = field.before === undefined ? [span('(none)', 'dim')] : [span(shorten(field.before, layout), 'bad')];
  const after: Span[] = field.after === undefined ? [span('(removed)', 'dim')] : [span(shorten(field.after, layout), 'good')];
  const who: Span[] = describeWriter(field).map((text) => span(`  ${text}`, 'dim'));
  return line([span(`${path} `), ...before, span(' -> ', 'dim'), ...after, ...who], undefined, 8);
}

/** Who is behind a field's change, where it is not the manifest. */
function describeWriter({ by, drift }: FieldChange): readonly string[] {
  return [
    ...(drift === undefined ? [] : [drift.manager === undefined ? 'not known by whom' : `"${drift.manager}" at ${drift.time ?? ''}`]),
    ...(by === undefined ? [] : [by === 'admission' ? 'set by admission' : 'set by the API server']),
  ];
}

/** `/spec/template/spec/containers/0/image` as `.spec.template.spec.containers[web].image`, by the name that the item has. */
export function readablePath(pointer: string, step: Pick<Step, 'merged' | 'desired'>): string {
  let at: JsonValue | undefined = step.merged ?? step.desired;
  let text = '';
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    const isIndex = /^\d+$/.test(key) && (Array.isArray(at) || at === undefined);
    const next: JsonValue | undefined = Array.isArray(at)
      ? at[Number(key)]
      : typeof at === 'object' && at !== null && !Array.isArray(at)
        ? Object.getOwnPropertyDescriptor(at, key)?.value
        : undefined;
    const name =
      typeof next === 'object' && next !== null && !Array.isArray(next) && 'name' in next && typeof next['name'] === 'string'
        ? next['name']
        : key;
    text += isIndex ? `[${name}]` : /^[\w-]+$/.test(key) ? `.${key}` : `[${key}]`;
    at = next;
  }
  return text === '' ? '.' : text;
}

function shorten(value: JsonValue, layout: Layout): string {
  const text = typeof value === 'string' && !isAmbiguous(value) ? value : stringifyJson(value);
  const most = layout.all ? 2000 : Math.min(100, layout.width - 8);
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

// Quotes where the text would read as another type, or where white space would not be seen.
function isAmbiguous(text: string): boolean {
  return text === '' || /^\s|\s$|\p{Cc}|^[-+.\d][\d.eE+-]*$|^(true|false|null|~)$/u.test(text);
}

const OUTCOMES: Readonly<Record<StepOutcome, { readonly symbol: string; readonly tone: Tone }>> = {
  applied: { symbol: '✓', tone: 'good' },
  unchanged: { symbol: '=', tone: 'dim' },
  failed: { symbol: '✗', tone: 'bad' },
  refused: { symbol: '✗', tone: 'bad' },
  skipped: { symbol: '·', tone: 'dim' },
};

const MOST_ALIKE = 10;

/** How steps ended: those that did not go well first, each with its message; the good ones counted, and many that ended alike for one reason folded, unless `all`. */
export function outcomeLines(steps: readonly AppliedStep[], layout: Layout, removal: boolean): Line[] {
  const tell = (step: AppliedStep): Line => outcomeLine(step, formatRef(step.ref), outcomeDetail(step, removal));
  if (layout.all) return steps.map(tell);
  const bad = steps.filter(({ outcome }) => outcome === 'failed' || outcome === 'refused');
  const skipped = steps.filter(({ outcome }) => outcome === 'skipped');
  return [bad, skipped].flatMap((group) =>
    [...groupBy(group, (step) => outcomeDetail(step, removal))].flatMap(([detail, alike]) => {
      const [first] = alike;
      if (first === undefined || alike.length <= MOST_ALIKE) return alike.map(tell);
      return [outcomeLine(first, `${alike.length} objects`, `${detail} (--all lists them)`)];
    }),
  );
}

function outcomeDetail({ outcome, health, message }: AppliedStep, removal: boolean): string {
  return [outcomeWord(outcome, removal), health, message].filter((part) => part !== undefined && part !== '').join(' · ');
}

function outcomeLine({ outcome }: AppliedStep, what: string, detail: string): Line {
  const { symbol, tone } = OUTCOMES[outcome];
  return line([span(`${symbol} `, tone), span(what, 'bold'), span(`  ${detail}`)]);
}
