import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Effect, Finding, NodeFilling, ObjectRef, Step } from '../../../src/model/index.ts';
import { FORMATS } from '../../formats.ts';
import { planReport, step, UPDATE } from '../report-fixture.ts';

const LAYOUT = { width: 80, color: false, all: false };
const EVIL = `</style><script>alert(1)</script>&lt;"'`;

function findingOf(problem: string, fields: Partial<Finding> = {}): Finding {
  const source = { file: 'a.yaml', line: 7, column: 3, endLine: 7, endColumn: 9 };
  return { code: 'KV0043', severity: 'error', source, data: { field: 'spec', problem }, ...fields };
}

function render(steps: readonly Step[], findings: readonly Finding[] = []): string {
  return FORMATS.html(planReport(steps, findings), LAYOUT);
}

describe('html', () => {
  it('shows findings, the fields of changes and where they stand', () => {
    const page = render([UPDATE], [findingOf('Required value')]);
    for (const text of ['a.yaml:7', 'spec: Required value', 'KV0043', '.spec.replicas', 'apps/web/deployment.yaml:12', '512Mi'])
      assert.ok(page.includes(text), text);
  });

  it('needs nothing else: no script, no address but in text, and a policy that forbids both', () => {
    const page = render([UPDATE]);
    assert.doesNotMatch(page, /<script|<link|<img|<iframe|\ssrc=|\shref=|url\(|@import/);
    assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
  });

  it('takes no text for markup', () => {
    const ref: ObjectRef = { group: '', version: 'v1', kind: EVIL, name: EVIL };
    const change = step({
      ref,
      reason: EVIL,
      fields: [{ path: `/data/${EVIL.replaceAll('/', '~1')}`, before: EVIL, after: `${EVIL}\u0000` }],
    });
    const page = render([change], [findingOf(EVIL, { ref, waived: EVIL }), findingOf(EVIL)]);
    assert.equal(page.split('</style>').length, 2);
    assert.ok(!page.includes('<script'));
    assert.ok(!page.includes('\u0000'));
  });

  it('shows no value of a Secret', () => {
    const ref: ObjectRef = { group: '', version: 'v1', kind: 'Secret', namespace: 'shop', name: 'db' };
    const page = render([step({ ref, fields: [{ path: '/data/password', before: 'b2xk', after: 'bmV3' }] })]);
    assert.doesNotMatch(page, /b2xk|bmV3/);
  });

  it('sets what is waived apart, with its reason', () => {
    const page = render([], [findingOf('Required value', { waived: 'known since May' })]);
    assert.match(page, /Waived \(1\)/);
    assert.match(page, /Waived: known since May/);
    assert.doesNotMatch(page, /Findings \(/);
  });

  it('folds many changes, and keeps 500 of them under 300 KB', () => {
    const steps = Array.from({ length: 500 }, (_, index): Step => ({ ...UPDATE, ref: { ...UPDATE.ref, name: `web-${index}` } }));
    const page = render(steps);
    assert.equal(page.split('<details').length - 1, 500);
    assert.ok(!page.includes('<details class="item update" open'));
    assert.ok(Buffer.byteLength(page) < 300_000, String(Buffer.byteLength(page)));
  });

  it('draws what opens after and what closes before, with words for those who do not see it', () => {
    const connection = (code: string, change: 'gained' | 'lost', to: string): Effect => {
      return {
        engine: 'network',
        code,
        severity: 'warning',
        change,
        data: { from: 'shop/web', to, ports: 'TCP 80', verb: 'x' },
        causes: [],
      };
    };
    const report = planReport([UPDATE], []);
    const effects = [connection('KN0101', 'gained', 'shop/db'), connection('KN0102', 'lost', EVIL)];
    const page = FORMATS.html({ ...report, plan: { ...report.plan, effects } }, LAYOUT);
    assert.equal(page.split('<svg').length - 1, 2);
    assert.match(page, /aria-label="Who reaches whom, after: shop\/web, TCP 80 to shop\/db"/);
    assert.match(page, /Before: connections that there are until now and that close \(1\)/);
    assert.ok(!page.includes('<script'));
  });

  it('draws no more of very many than can be looked at', () => {
    const effects = Array.from({ length: 500 }, (_, index): Effect => {
      const data = { from: `shop/web-${index}`, to: 'shop/db', ports: 'TCP 80', verb: 'opens' };
      return { engine: 'network', code: 'KN0101', severity: 'warning', change: 'gained', data, causes: [] };
    });
    const report = planReport([], []);
    const page = FORMATS.html({ ...report, plan: { ...report.plan, effects } }, LAYOUT);
    assert.match(page, /\(500, the first 40 are drawn\)/);
    assert.ok(Buffer.byteLength(page) < 300_000, String(Buffer.byteLength(page)));
  });

  it('shows the lines that a finding stands on, those of the place marked', () => {
    const report = planReport([], [findingOf('Required value')]);
    const excerpts = [{ file: 'a.yaml', line: 7, from: 6, lines: ['spec:', EVIL, 'end'], marked: 7 }];
    const page = FORMATS.html({ ...report, illustration: { excerpts } }, LAYOUT);
    assert.match(page, / {4}6 {2}spec:\n<mark> {4}7 {2}&lt;\/style&gt;/);
    assert.equal(page.split('<mark>').length, 2);
  });

  it('says what one place brings about in one, the others folded', () => {
    const ref = (name: string): ObjectRef => ({ group: '', version: 'v1', kind: 'Service', namespace: 'shop', name });
    const page = render(
      [],
      ['a', 'b', 'c'].map((name) => findingOf('Required value', { ref: ref(name) })),
    );
    assert.match(page, /Errors \(3\)/);
    assert.equal(page.split('<article').length - 1, 1);
    assert.match(page, /<summary>and 2 more<\/summary>/);
    assert.match(page, /<li>.*Service shop\/c/);
  });

  it('draws how full nodes are in numbers and bars, and says where little room is left', () => {
    const node = (name: string, nodes: number, after?: number): NodeFilling => ({
      name,
      nodes,
      before: { cpu: 0.5, memory: 0.25, pods: 0.1 },
      ...(after === undefined ? {} : { after: { cpu: after, memory: 0.25, pods: 0.1 } }),
    });
    const page = FORMATS.html(
      { ...planReport([UPDATE]), illustration: { excerpts: [], filling: [node('m5.large', 40, 0.93), node(EVIL, 1)] } },
      LAYOUT,
    );
    assert.match(page, /<th scope="row"><code>40 × m5.large<\/code>/);
    assert.match(page, /50% → 93% <span class="tight">little room<\/span>/);
    assert.match(page, /50% → none/);
    assert.match(page, /<rect class="is" y="4" width="93" height="8"/);
    assert.ok(!page.includes('<script'));
    assert.ok(!FORMATS.html(planReport([UPDATE]), LAYOUT).includes('How full'));
  });

  it('shows what has no page of its own as text', () => {
    const cluster = { kind: 'cluster', description: 'prod', kubernetesVersions: ['1.36'] } as const;
    const page = FORMATS.html({ kind: 'StatusReport', cluster, units: [], next: 'well', notes: [] }, LAYOUT);
    assert.match(page, /<pre>Status: no units/);
  });
});
