import { parseLabelSelector } from '../../src/cluster/index.ts';
import { nextRun, parseCronSchedule } from '../../src/engine/controllers/cron-schedule.ts';
import { formatQuantity, isSelected, parseQuantity, readLabelSelector, toMilli, toUnits } from '../../src/model/index.ts';
import {
  getArray,
  getNumber,
  getObject,
  getString,
  getStringMap,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../src/std/index.ts';
import { judgeSchedule } from '../../src/validate/native/cron.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';

function differ(coverage: readonly string[], signature: string, ours: JsonValue, servers: JsonValue): Comparison {
  const [a, b] = [stringifyJson(ours), stringifyJson(servers)];
  return a === b ? { coverage } : { coverage, difference: { signature, ours: a, servers: b } };
}

/** Whether a text is a quantity, and of what amount. */
export const quantityJudge: OracleJudge = {
  subject: 'quantity',
  cases: 5000,
  branches: ['BinarySI', 'DecimalExponent', 'DecimalSI', 'refused', 'finer than a billionth', 'negative'],
  generate: makeQuantity,
  compare: (input, answer) => {
    if (typeof input !== 'string') return undefined;
    const ours = parseQuantity(input);
    const nano = getString(answer, 'nano');
    const format = getString(answer, 'format');
    const isFine = /\.\d{10}|n$|[eE]-\d\d/.test(input);
    const coverage = [format ?? 'refused', ...(isFine ? ['finer than a billionth'] : []), ...(input.startsWith('-') ? ['negative'] : [])];
    if (ours === undefined || nano === undefined) return differ(coverage, 'acceptance', ours === undefined, nano === undefined);
    if (String(ours) !== nano) return differ(coverage, 'amount', String(ours), nano);
    // Nothing of ours writes exponents, and the real code loses the suffix of what no suffix is enough for.
    const canonical = getString(answer, 'canonical') ?? '';
    const written = formatQuantity(ours, format === 'BinarySI' ? 'binary' : 'decimal');
    if (format !== 'DecimalExponent' && isWithin64(ours) && written !== canonical)
      return differ(coverage, `format of ${format ?? ''}`, written, canonical);
    // Beyond 64 bits the real numbers wrap around, and what is less than nothing is rounded to nothing sure.
    if (ours > 9n * 10n ** 15n || ours < 0n) return { coverage };
    const real = [getNumber(answer, 'units') ?? 0, getNumber(answer, 'milli') ?? 0];
    return differ(coverage, 'rounding', [toUnits(ours), toMilli(ours)], real);
  },
};

function isWithin64(nano: bigint): boolean {
  const units = nano / 1_000_000_000n;
  return BigInt.asIntN(64, units) === units;
}

function makeQuantity(random: Random): JsonValue {
  const digits = (most: number): string => random.list(1 + random.below(most), () => String(random.below(10))).join('');
  const sign = random.once(5) ? random.pick(['-', '+']) : '';
  const number = random.pick([
    () => digits(3),
    () => digits(9),
    () => `${digits(2)}.${digits(random.once(4) ? 14 : 3)}`,
    () => `.${digits(3)}`,
    () => `${digits(2)}.`,
  ])();
  const suffixes = [
    '',
    '',
    'n',
    'u',
    'm',
    'k',
    'M',
    'G',
    'T',
    'P',
    'E',
    'Ki',
    'Mi',
    'Gi',
    'Ti',
    'Pi',
    'Ei',
    'e3',
    'E2',
    'e-2',
    'e+1',
    'e-12',
  ];
  const odd = ['K', 'mi', 'KI', 'e', 'E-', 'i', ' ', ' Mi', '%', 'Zi', 'µ'];
  const suffix = random.once(10) ? random.pick(odd) : random.pick(suffixes);
  return random.once(40) ? random.pick(['', '-', '.', 'Mi', '1_000', '0x10', '１', 'Infinity', 'NaN', '--1']) : `${sign}${number}${suffix}`;
}

const KEYS = ['app', 'tier', 'example.com/x'];
const VALUES = ['a', 'b', '1', '22', '', '-3'];

/** Whether labels satisfy a selector, as an object or as kubectl's text. */
export const selectorJudge: OracleJudge = {
  subject: 'selector',
  cases: 5000,
  branches: ['object', 'object refused', 'object selects', 'text', 'text refused', 'text selects'],
  generate: (random) => ({
    ...(random.once(2) ? { text: makeText(random) } : { selector: makeLabelSelector(random) }),
    labels: makeLabels(random),
  }),
  compare: (input, answer) => {
    const text = getString(input, 'text');
    const kind = text === undefined ? 'object' : 'text';
    const isRefused = getString(answer, 'error') !== undefined;
    const isReal = getObject(answer)?.['selected'] === true;
    const coverage = [isRefused ? `${kind} refused` : isReal ? `${kind} selects` : kind];
    const labels = getStringMap(input, 'labels');
    if (text === undefined) {
      // What the server refuses is in no cluster; we only must not take it for more than nothing.
      const ours = isSelected(readLabelSelector(getObject(input, 'selector')), labels);
      return isRefused ? { coverage } : differ(coverage, 'selection by an object', ours, isReal);
    }
    const parsed = parseLabelSelector(text);
    if ('error' in parsed || isRefused) {
      const said = 'error' in parsed ? parsed.error : null;
      const error = getString(answer, 'error') ?? null;
      // Why a key or a value is none is said shorter than there.
      const isSyntax = said === null || error === null || !error.includes('Invalid value') || !said.includes('Invalid value');
      return isSyntax ? differ(coverage, 'refusal of a text', said, error) : { coverage };
    }
    return differ(coverage, 'selection by a text', isSelected(parsed, labels), isReal);
  },
};

function makeLabels(random: Random): JsonObject {
  return Object.fromEntries(random.some(KEYS).map((key) => [key, random.pick(VALUES)]));
}

function makeLabelSelector(random: Random): JsonObject {
  return random.maybe<JsonValue>({
    matchLabels: () => makeLabels(random),
    matchExpressions: () =>
      random.list(random.below(3), () => {
        const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist', ...(random.once(10) ? ['Gt', 'in', ''] : [])]);
        const hasValues = operator === 'In' || operator === 'NotIn';
        const values = random.once(15) === hasValues ? [] : random.list(1 + random.below(2), () => random.pick(VALUES));
        return { key: random.pick(KEYS), operator, values };
      }),
  });
}

function makeText(random: Random): string {
  const key = (): string => (random.once(20) ? random.pick(['', 'in', 'notin', '-a', 'a b', 'a/b/c']) : random.pick(KEYS));
  const value = (): string => (random.once(20) ? random.pick(['in', 'a b', '!', 'x_', ',']) : random.pick(VALUES));
  const list = (): string => `(${random.list(1 + random.below(3), value).join(random.pick([',', ', ', ' ,']))})`;
  const part = (): string =>
    random.pick([
      () => key(),
      () => `!${random.once(4) ? ' ' : ''}${key()}`,
      () => `${key()}${random.pick(['=', '==', '!=', ' = ', ' != '])}${value()}`,
      () => `${key()} ${random.pick(['in', 'notin', 'in ', 'IN'])} ${list()}`,
      () => `${key()}${random.pick(['>', '<', ' > '])}${random.pick(['1', '22', '-3', 'a', ''])}`,
    ])();
  const text = random.list(random.below(4), part).join(random.pick([',', ',', ', ', ',,']));
  return random.once(12) ? `${text}${random.pick([',', ')', ' ', '='])}` : text;
}

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'America/St_Johns'];

/** Whether a text is a schedule, why not, and when it runs next, in time zones with and without changes of the clocks. */
export const cronJudge: OracleJudge = {
  subject: 'cron',
  cases: 1500,
  branches: ['never', 'refused', ...ZONES],
  generate: (random) => ({
    schedule: makeSchedule(random),
    zone: random.pick(ZONES),
    after: new Date(
      Date.UTC(2025, random.below(12), 1 + random.below(31), random.below(24), random.below(60), random.below(60)),
    ).toISOString(),
  }),
  compare: (input, answer) => {
    const schedule = getString(input, 'schedule');
    const zone = getString(input, 'zone');
    if (schedule === undefined || zone === undefined) return undefined;
    const problem = getString(answer, 'error');
    const parsed = parseCronSchedule(schedule);
    const runs = getArray(answer, 'runs');
    const coverage = [problem === undefined ? (runs.length === 0 ? 'never' : zone) : 'refused'];
    const reason = judgeSchedule(schedule);
    if (problem !== reason) return differ(coverage, 'refusal', reason ?? null, problem ?? null);
    if (parsed === undefined || problem !== undefined) return differ(coverage, 'acceptance', parsed === undefined, problem !== undefined);
    const ours: string[] = [];
    let at: number | undefined = Date.parse(getString(input, 'after') ?? '');
    for (let i = 0; i < 4 && (at = nextRun(parsed, at, zone)) !== undefined; i++) ours.push(`${new Date(at).toISOString().slice(0, 19)}Z`);
    return differ(coverage, `runs in ${zone}`, ours, runs);
  },
};

function makeSchedule(random: Random): string {
  if (random.once(8)) {
    const every = (): string =>
      `@every ${random.pick(['1h30m', '90s', '1.5h', '500ms', '10m', '1d', '', '-1h', '2h45m30s', '100us', '0s'])}`;
    return random.pick([
      every,
      () => random.pick(['@hourly', '@daily', '@weekly', '@monthly', '@yearly', '@midnight', '@never', '@Daily']),
    ])();
  }
  const field = (least: number, most: number, names: readonly string[]): string => {
    const value = (): string =>
      names.length > 0 && random.once(4) ? random.pick(names) : String(least + random.below(most - least + (random.once(30) ? 3 : 1)));
    const range = (): string =>
      random.pick([
        () => '*',
        () => '*',
        () => value(),
        () => `${value()}-${value()}`,
        () => `${random.pick(['*', '?', value()])}/${random.once(20) ? random.pick(['0', '-1', 'x', '']) : 1 + random.below(30)}`,
        () => `${least}-${most}/${1 + random.below(9)}`,
        () => (random.once(6) ? random.pick(['', '?', '1-2-3', '*/2/3', 'x', '+3', '**', '5-', '-5']) : value()),
      ])();
    return random.list(random.once(5) ? 2 : 1, range).join(',');
  };
  const fields = [
    random.once(3) ? field(0, 59, []) : random.pick(['0', '30', '*/15', '59']),
    field(0, 23, []),
    random.once(2) ? '*' : field(1, 31, []),
    random.once(2) ? '*' : field(1, 12, ['jan', 'FEB', 'Mar']),
    random.once(2) ? '*' : field(0, 6, ['sun', 'MON', 'Fri', 'foo']),
  ];
  if (random.once(30)) return fields.slice(0, 4).join(' ');
  if (random.once(40)) return '0 0 30 2 *';
  return `${random.once(20) ? ' ' : ''}${fields.join(random.once(20) ? '  ' : ' ')}`;
}
