import { formatRef } from '../../model/index.ts';
import { getOrAdd } from '../../std/index.ts';
import {
  countChanges,
  type AnyReachReport,
  type ConnectionList,
  type ExposureEntry,
  type ReachAnswerReport,
  type ReachDiffReport,
  type SideEntry,
  type StepEntry,
} from '../reach.ts';
import type { Layout } from '../report.ts';
import { count } from '../summary.ts';
import { line, type Line } from './lines.ts';
import { span, type Span } from './paint.ts';

type Sections = readonly (readonly [title: string, lines: readonly Line[]])[];

const MOST = 40;
const MOST_NAMES = 6;

/** `Reach: 12 connections between 5 workloads`, `yes`, `Reach diff: 2 opened, 1 closed`. */
export function reachHead(report: AnyReachReport): Span[] {
  switch (report.kind) {
    case 'ReachReport': {
      const { connections, workloads, policies } = report;
      const among = `${count(workloads, 'workload') || 'no workloads'}, ${policies === 1 ? '1 policy' : `${policies} policies`}`;
      return [span('Reach', 'bold'), span(`: ${count(connections.length, 'pair') || 'no pairs'} of ends connected · ${among}`)];
    }
    case 'ReachAnswerReport':
      return report.isUnknown ? [span('unknown', 'warn')] : report.allowed ? [span('yes', 'good')] : [span('no', 'bad')];
    case 'ReachDiffReport': {
      const counts = countChanges(report);
      const parts = (['opened', 'closed', 'changed'] as const).filter((change) => counts[change] > 0);
      return [span('Reach diff', 'bold'), span(`: ${parts.map((change) => `${counts[change]} ${change}`).join(', ') || 'no difference'}`)];
    }
  }
}

/** Who reaches whom, grouped by sender and ports; of a single question, why; of a difference, what was and what is. */
export function reachLines(report: AnyReachReport, layout: Layout): Sections {
  switch (report.kind) {
    case 'ReachReport':
      return [
        ['', connectionLines(report.connections, layout)],
        ['From outside', fold(report.exposures.map(exposureLine), layout)],
      ];
    case 'ReachAnswerReport':
      return answerLines(report);
    case 'ReachDiffReport':
      return diffSections(report, layout);
  }
}

function fold(lines: readonly Line[], layout: Layout): readonly Line[] {
  return withRest(lines.slice(0, countShown(lines.length, layout)), lines.length);
}

function countShown(lines: number, { all }: Layout): number {
  return all ? lines : Math.min(lines, MOST);
}

function withRest(shown: readonly Line[], all: number): readonly Line[] {
  return shown.length === all ? shown : [...shown, line([span(` … ${all - shown.length} more (--all shows them)`, 'dim')])];
}

interface Fan {
  readonly from: string;
  readonly ports: string;
  readonly to: number[];
}

/** What one sender reaches on the same ports in one line; only lines that are shown are written. */
function connectionLines(connections: ConnectionList, layout: Layout): readonly Line[] {
  const names = connections.ends;
  const [endOf, portsOf] = [toFirst(names), toFirst(connections.ports.map(({ text }) => text))];
  const fans = new Map<number, Fan>();
  connections.visit((sender, receiver, set) => {
    const [from, ports] = [endOf[sender] ?? 0, portsOf[set] ?? 0];
    const key = from * portsOf.length + ports;
    const known = fans.get(key);
    if (known === undefined) fans.set(key, { from: names[from] ?? '', ports: connections.ports[ports]?.text ?? '', to: [receiver] });
    else known.to.push(receiver);
  });
  const shown = [...fans.values()].slice(0, countShown(fans.size, layout));
  const lines = shown.map(({ from, ports, to }) => {
    const receivers = listNames(
      to.map((end) => names[end] ?? ''),
      layout,
    );
    return line([span(`   ${from}`, 'bold'), span(' -> '), span(receivers), span(`  ${ports}`, 'dim')], undefined, 7);
  });
  return withRest(lines, fans.size);
}

/** Of each text the place of the first that is the same. */
function toFirst(texts: readonly string[]): Uint32Array {
  const first = new Map<string, number>();
  return Uint32Array.from(texts, (text, index) => getOrAdd(first, text, () => index));
}

const STATES = { open: [' ✓ ', 'warn'], blocked: [' ✗ ', 'dim'], unknown: [' ? ', 'warn'] } as const;

/** `✓ shop/web TCP 8080 <- any address TCP 443 of shop.example.com: Service edge/front -> Ingress shop/web -> Service shop/web`. */
function exposureLine({ workload, protocol, target, port, host, sources, scope, state, hops, reason, by }: ExposureEntry): Line {
  const [sign, tone] = STATES[state];
  const asked = `${protocol} ${port ?? 'of the nodes'}${host === '' ? '' : ` of ${host}`}${scope === 'network' ? ' (by the nodes or inside)' : ''}`;
  const way = hops.map(({ ref }) => formatRef(ref)).join(' -> ');
  const why = reason === '' ? '' : `; ${reason}`;
  const place = (by ?? hops.at(-1))?.source;
  const shown = place === undefined ? undefined : `${place.file}:${place.line}`;
  return line(
    [span(sign, tone), span(`${workload} ${protocol} ${target}`, 'bold'), span(` <- ${sources} ${asked}`), span(`  ${way}${why}`, 'dim')],
    shown,
    7,
  );
}

function listNames(names: readonly string[], { all }: Layout): string {
  if (all || names.length <= MOST_NAMES) return names.join(', ');
  return `${names.slice(0, MOST_NAMES - 1).join(', ')} and ${names.length - MOST_NAMES + 1} more`;
}

function answerLines({ from, to, protocol, port, reasons, steps, sides }: ReachAnswerReport): Sections {
  const asked: Sections[number] = ['Asked', [line([span(`   ${from} -> ${to}, ${protocol} ${port}`)])]];
  if (steps.some(({ kind }) => !STRAIGHT.has(kind)) || sides.length === 0) {
    const told = steps.length > 0 ? steps.map(stepLine) : reasons.map((reason) => line([span(`   ${reason}`)], undefined, 5));
    return [asked, ['Its way', told]];
  }
  return [asked, ['Because', [...sides.flatMap(sideLines), ...steps.filter(({ kind }) => kind === 'port').map(stepLine)]]];
}

const STRAIGHT: ReadonlySet<StepEntry['kind']> = new Set(['egress', 'ingress', 'port']);
const WIDTH = 'translation'.length + 1;

function stepLine({ kind, ok, isDoubtful, text, source }: StepEntry): Line {
  const [sign, tone] = isDoubtful
    ? ([' ? ', 'warn'] as const)
    : ok === undefined
      ? ([' · ', 'dim'] as const)
      : ok
        ? ([' ✓ ', 'good'] as const)
        : ([' ✗ ', 'bad'] as const);
  const place = source === undefined ? undefined : `${source.file}:${source.line}`;
  return line([span(sign, tone), span(kind.padEnd(WIDTH), 'dim'), span(text)], place, WIDTH + 3);
}

function sideLines({ reason, rules, passes, allowed, unknown }: SideEntry): Line[] {
  const places = [...passes, ...rules].flatMap(({ policy, path, source }) =>
    source === undefined ? [] : [line([span(`     ${formatRef(policy)} ${path}`, 'dim')], `${source.file}:${source.line}`, 7)],
  );
  const sign = unknown === undefined ? (allowed ? span(' ✓ ', 'good') : span(' ✗ ', 'bad')) : span(' ? ', 'warn');
  return [line([sign, span(reason)], undefined, 3), ...places];
}

function diffSections(report: ReachDiffReport, layout: Layout): Sections {
  return (['opened', 'closed', 'changed'] as const).map((wanted) => {
    const lines = report.changes
      .filter(({ change }) => change === wanted)
      .map(({ from, to, before, after, only, causes }) => {
        const ports = wanted === 'opened' ? after.text : wanted === 'closed' ? before.text : `${before.text} => ${after.text}`;
        const whose = only.length === 0 ? '' : ` (${wanted === 'closed' ? 'gone' : 'new'}: ${only.join(', ')})`;
        const [sign, tone] = SIGNS[wanted];
        const [cause] = causes;
        const by = cause === undefined ? '' : ` by ${formatRef(cause.ref)} ${cause.path}`;
        const place = cause?.source === undefined ? undefined : `${cause.source.file}:${cause.source.line}`;
        return line([span(sign, tone), span(`${from} -> ${to}`), span(`  ${ports}${whose}${by}`, 'dim')], place, 7);
      });
    return [TITLES[wanted], fold(lines, layout)];
  });
}

const SIGNS = { opened: [' + ', 'good'], closed: [' - ', 'bad'], changed: [' ~ ', 'warn'] } as const;
const TITLES = { opened: 'Opened', closed: 'Closed', changed: 'Changed' };
