import { compareBy, compareStrings, getOrAdd } from '../std/index.ts';
import { SIGNS, type Picture, type PictureArrow, type PictureBox } from './picture.ts';
import { countChanges, type ReachDiffReport, type ReachReport } from './reach.ts';

/** More arrows than these nobody can follow: they are drawn between namespaces then. */
const MOST_ARROWS = 100;
const OUTSIDE = 'outside the cluster';

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly ports: string;
  readonly kind: PictureArrow['kind'];
}

/** What there is to draw of a list of connections, or of a difference; a workload with itself is left out. */
export function toReachPicture(report: ReachDiffReport | ReachReport): Picture {
  const pairs = listPairs(report).filter(({ from, to }) => from !== to);
  const single = joinMutual(pairs);
  const isGrouped = single.length > MOST_ARROWS;
  const arrows = isGrouped ? groupArrows(pairs) : single;
  const ends = [...new Set(pairs.flatMap(({ from, to }) => [from, to]))].toSorted(compareStrings);
  return {
    title: titleOf(report),
    note: isGrouped ? `${pairs.length} connected pairs, drawn by namespace: the number of pairs is at the arrow` : '',
    boxes: toBoxes(ends, isGrouped),
    arrows: arrows.toSorted(
      compareBy(
        ({ from }) => from,
        ({ to }) => to,
        ({ kind }) => kind,
        ({ label }) => label,
      ),
    ),
    words: WORDS,
    isGrouped,
  };
}

const WORDS = { open: 'connection', opened: '+ opened', closed: '− closed', changed: '~ ports changed' } as const;

function titleOf(report: ReachDiffReport | ReachReport): string {
  if (report.kind === 'ReachReport') return `Reach: ${report.connections.length} connected pairs of ${report.workloads} workloads`;
  const { opened, closed, changed } = countChanges(report);
  return `Reach diff: ${opened} opened, ${closed} closed, ${changed} changed`;
}

function listPairs(report: ReachDiffReport | ReachReport): readonly Pair[] {
  if (report.kind === 'ReachReport')
    return Array.from(report.connections, ({ from, to, ports }) => ({ from, to, ports: ports.text, kind: 'open' }));
  return report.changes.map(({ from, to, before, after, change }) => ({
    from,
    to,
    ports: change === 'opened' ? after.text : change === 'closed' ? before.text : `${before.text} => ${after.text}`,
    kind: change,
  }));
}

/** One arrow for two pairs that are the same both ways. */
function joinMutual(pairs: readonly Pair[]): readonly PictureArrow[] {
  const arrows = new Map<string, PictureArrow>();
  for (const { from, to, ports, kind } of pairs) {
    const back = `${to}\0${from}\0${kind}\0${ports}`;
    const known = arrows.get(back);
    if (known !== undefined) arrows.set(back, { ...known, isMutual: true, title: `${known.title}, and back` });
    else {
      const title = `${from} -> ${to}: ${SIGNS[kind]}${ports}`;
      arrows.set(`${from}\0${to}\0${kind}\0${ports}`, { from, to, label: `${SIGNS[kind]}${ports}`, title, kind, isMutual: false });
    }
  }
  return [...arrows.values()];
}

/** One arrow for all pairs of two namespaces that are of a kind, whichever way they go. */
function groupArrows(pairs: readonly Pair[]): readonly PictureArrow[] {
  const counts = new Map<
    string,
    { readonly from: string; readonly to: string; readonly kind: Pair['kind']; there: number; back: number }
  >();
  for (const { from, to, kind } of pairs) {
    const [own, other] = [homeOf(from), homeOf(to)];
    if (own === other) continue;
    const known = counts.get(`${other}\0${own}\0${kind}`);
    if (known === undefined)
      getOrAdd(counts, `${own}\0${other}\0${kind}`, () => ({ from: own, to: other, kind, there: 0, back: 0 })).there++;
    else known.back++;
  }
  return [...counts.values()].map(({ from, to, kind, there, back }) => {
    const title = `${SIGNS[kind]}${from} -> ${to}: ${there} pairs${back === 0 ? '' : `, back ${back}`}`;
    return { from, to, kind, label: `${SIGNS[kind]}${there + back}`, title, isMutual: back > 0 };
  });
}

/** The namespace of a workload; addresses hold what no name of a namespace does. */
function homeOf(end: string): string {
  const home = end.slice(0, Math.max(0, end.indexOf('/')));
  return /^[a-z0-9-]+$/.test(home) ? home : OUTSIDE;
}

function toBoxes(ends: readonly string[], isGrouped: boolean): readonly PictureBox[] {
  const homes = new Map<string, PictureBox[]>();
  for (const end of ends) {
    const home = homeOf(end);
    const isWorkload = home !== OUTSIDE;
    const label = isWorkload ? end.slice(home.length + 1) : end;
    getOrAdd(homes, home, () => []).push({ id: end, label, kind: isWorkload ? 'workload' : 'outside', children: [] });
  }
  return [...homes].flatMap(([home, children]): readonly PictureBox[] => {
    if (home !== OUTSIDE) return [{ id: home, label: home, kind: 'namespace', children }];
    return isGrouped ? [{ id: OUTSIDE, label: OUTSIDE, kind: 'outside', children: [] }] : children;
  });
}
