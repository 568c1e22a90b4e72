import type { Board, BoardUnit, PastOutcome } from './board.ts';

/** Nothing but this page's own files may be loaded, and nobody may frame it. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page: whole without its script, which only keeps it up to date. */
export function renderPage(board: Board): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>kapply</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<header>
<h1>kapply</h1>
<p id="news" role="status">As of loading.</p>
<p><label for="filter">Show units whose name, outcome or cluster holds</label> <input id="filter" type="search" autocomplete="off"></p>
</header>
<main id="main">
${renderUnits(board)}
</main>
</body>
</html>
`;
}

/** The part of the page that changes. */
export function renderUnits(board: Board): string {
  const units = board.list();
  if (units.length === 0) return '<p>This instance works on no units by now.</p>';
  const counts = new Map<string, number>();
  for (const { outcome } of units) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const told = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  return `<h2>Units: ${escape(told)}</h2>\n<ul id="units">\n${units.map(renderUnit).join('\n')}\n</ul>`;
}

function renderUnit({ status, outcome, plan, history }: BoardUnit): string {
  const { unit, cluster, revision, reasons, source, phase, waitsFor, lastSynced, plan: held } = status;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Doing', phase],
    ['Revision', revision],
    ['Last equal to it', lastSynced?.at],
    ['Health', toHealth(outcome)],
    ['Waits for', waitsFor],
    ['Cluster', cluster],
    ['Source', status.sourceProblem === undefined ? source : `${source}: ${status.sourceProblem}`],
    ['Plan that is held', held],
    ['Let it go with', held === undefined ? undefined : `kapply approve ${unit}`],
  ];
  const rows = facts.flatMap(([name, text]) => (text === undefined ? [] : [`<dt>${name}</dt><dd>${escape(text)}</dd>`]));
  const parts = [
    `<dl>${rows.join('')}</dl>`,
    renderList('Why', 'ul', reasons),
    renderList('Last plan that did something', 'ul', plan?.steps ?? []),
    renderList('Its effects', 'ul', plan?.effects ?? []),
    plan === undefined || plan.more === 0 ? '' : `<p>and ${plan.more} more: <code>kplan</code> lists all.</p>`,
    renderList('History', 'ol', history.map(tellPast)),
  ];
  const [why = ''] = reasons;
  return `<li id="unit-${escape(unit)}" data-find="${escape([unit, outcome, cluster ?? ''].join(' ').trim())}"><details><summary><b class="${outcome}">${outcome}</b> <span class="name">${escape(cluster === undefined ? unit : `${unit} (${cluster})`)}</span> <code>${escape((revision ?? '').slice(0, 12))}</code> <span class="why">${escape(why)}</span></summary>${parts.join('')}</details></li>`;
}

function toHealth(outcome: BoardUnit['outcome']): string {
  switch (outcome) {
    case 'synced':
      return 'healthy';
    case 'unhealthy':
      return 'not healthy';
    default:
      return 'not known: it is not synced';
  }
}

function tellPast({ at, outcome, revision, why }: PastOutcome): string {
  return `${at} ${outcome} ${revision.slice(0, 12)}${why === '' ? '' : `: ${why}`}`;
}

function renderList(title: string, tag: 'ol' | 'ul', lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `<h3>${title}</h3><${tag}>${lines.map((line) => `<li>${escape(line)}</li>`).join('')}</${tag}>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as HTML shows it, also within an attribute in quotes. */
function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
