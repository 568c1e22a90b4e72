import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser, findChromium } from '../../scripts/pictures/browser.ts';
import type { Effect, Excerpt, NodeFilling, Step } from '../../src/model/index.ts';
import type { PlanReport } from '../../src/report/index.ts';
import { FORMATS } from '../formats.ts';
import { sha256 } from '../../src/std/index.ts';
import { planReport, UPDATE } from '../report/report-fixture.ts';
import type { Bench } from './kplan.ts';
import type { BenchRow } from './row.ts';

const CHANGES = 500;
const GOAL = { ms: 1000, bytes: 500_000 };
const RUNS = 5;

/** How soon the page of a plan of 500 changes can be used in a browser: it is there, and one of its changes has been unfolded. */
export async function benchHtml({ scratch }: Bench): Promise<readonly BenchRow[]> {
  const page = FORMATS.html(largeReport(), { width: 80, color: false, all: false });
  const file = join(scratch, 'plan.html');
  writeFileSync(file, page);
  const size = `${Math.round(Buffer.byteLength(page) / 1000)} KB, goal: ${GOAL.ms} ms, ${GOAL.bytes / 1000} KB`;
  const work = `a page of ${CHANGES} changes in Chromium, until it can be used`;
  const program = findChromium();
  if (program === undefined) throw new Error('there is no Chromium: install it, or name it in CHROMIUM');
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const browser = await Browser.open(program, { width: 1200, height: 900 });
    try {
      await browser.show(pathToFileURL(file).href);
      times.push(Number(await browser.evaluate(USABLE)));
    } finally {
      await browser.close();
    }
  }
  const [middle = 0] = times.toSorted((a, b) => a - b).slice(RUNS >> 1);
  return [{ work, wallMs: middle, ratio: size, hash: sha256(page) }];
}

/** Milliseconds from the beginning of the navigation until the page is loaded, and then from a click until what it unfolds is drawn. */
const USABLE = `new Promise((resolve) => {
  const [{ loadEventEnd, domContentLoadedEventEnd }] = performance.getEntriesByType('navigation');
  const clicked = performance.now();
  document.querySelector('details:not([open]) summary').click();
  requestAnimationFrame(() => requestAnimationFrame(() => resolve((loadEventEnd || domContentLoadedEventEnd) + performance.now() - clicked)));
})`;

function largeReport(): PlanReport {
  const refOf = (index: number): Step['ref'] => ({ ...UPDATE.ref, name: `web-${index}` });
  const placeOf = (index: number): Excerpt => ({
    file: `apps/web-${index}/deployment.yaml`,
    line: 12,
    from: 10,
    lines: ['spec:', '  template:', '    memory: 2Gi', '    cpu: 1'],
    marked: 12,
  });
  const steps = Array.from({ length: CHANGES }, (_, index): Step => ({ ...UPDATE, ref: refOf(index) }));
  const effects = Array.from({ length: CHANGES / 2 }, (_, index): Effect => {
    const { file, line } = placeOf(index);
    const causes = [{ ref: refOf(index), source: { file, line, column: 5, endLine: line, endColumn: 16 } }];
    const data = { from: `shop/web-${index}`, to: `shop/db-${index % 7}`, ports: 'TCP 5432', verb: 'opens' };
    return { engine: 'network', code: 'KN0101', severity: 'warning', change: 'gained', subject: refOf(index), data, causes };
  });
  const filling = Array.from({ length: 24 }, (_, index): NodeFilling => ({
    name: `node-${index}`,
    nodes: 1,
    before: { cpu: 0.4, memory: index / 24, pods: 0.2 },
    after: { cpu: 0.6, memory: 0.95, pods: 0.25 },
  }));
  const excerpts = Array.from({ length: 200 }, (_, index) => placeOf(index));
  return { ...planReport(steps, [], effects), illustration: { excerpts, filling } };
}
