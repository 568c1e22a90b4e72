import type { Filled, NodeFilling } from '../../model/index.ts';
import { compareBy } from '../../std/index.ts';
import { html, type Markup } from './markup.ts';

/** So many nodes or kinds of nodes are drawn, those that change most first where there are more. */
const MOST = 40;
const RESOURCES = ['cpu', 'memory', 'pods'] as const;
const HEADS: Readonly<Record<keyof Filled, string>> = { cpu: 'CPU', memory: 'Memory', pods: 'Pods' };
/** From here on little room is left, as KS0007 judges it. */
const TIGHT = 0.9;

/** How full nodes are before and after, as bars in a table: whoever does not see them reads the numbers. */
export function fillingOf(filling: readonly NodeFilling[]): Markup | undefined {
  if (filling.length === 0) return undefined;
  const shown = filling.length <= MOST ? filling : filling.toSorted(compareBy((item) => -changeOf(item))).slice(0, MOST);
  const rest = filling.length - shown.length;
  return html`<section class="pictures">
    <h2>How full the nodes are</h2>
    <table class="filling">
      <caption>
        What pods ask for of what there is, before → after${rest > 0 ? ` (the ${MOST} that change most, of ${filling.length})` : ''}
      </caption>
      <thead>
        <tr>
          <th scope="col">Node</th>
          ${RESOURCES.map((resource) => html`<th scope="col">${HEADS[resource]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(rowOf)}
      </tbody>
    </table>
  </section>`;
}

function changeOf({ before, after }: NodeFilling): number {
  return Math.max(...RESOURCES.map((resource) => Math.abs((after?.[resource] ?? 0) - (before?.[resource] ?? 0))));
}

function rowOf({ name, nodes, before, after }: NodeFilling): Markup {
  return html`<tr>
    <th scope="row"><code>${nodes === 1 ? name : `${nodes} × ${name}`}</code></th>
    ${RESOURCES.map((resource) => html`<td>${barsOf(before?.[resource], after?.[resource])}</td>`)}
  </tr>`;
}

function barsOf(before: number | undefined, after: number | undefined): Markup {
  const mark = after !== undefined && after >= TIGHT ? html` <span class="tight">little room</span>` : undefined;
  return html`<svg class="bars" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <rect class="whole" width="100" height="12" />
      <rect class="was" width="${widthOf(before)}" height="4" />
      <rect class="is" y="4" width="${widthOf(after)}" height="8" />
    </svg>
    ${before === after ? toPercent(after) : `${toPercent(before)} → ${toPercent(after)}`}${mark}`;
}

function widthOf(share: number | undefined): string {
  return String(Math.min(100, Math.round((share ?? 0) * 100)));
}

function toPercent(share: number | undefined): string {
  return share === undefined ? 'none' : `${Math.round(share * 100)}%`;
}
