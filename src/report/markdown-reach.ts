import { formatRef } from '../model/index.ts';
import { code, escape, row, type Section } from './markdown-cells.ts';
import type { AnyReachReport } from './reach.ts';

/** The tables of connections, of one answer or of a difference. */
export function reachSections(report: AnyReachReport): Section[] {
  switch (report.kind) {
    case 'ReachReport': {
      const rows = Array.from(report.connections, ({ from, to, ports }) => row(code(from), code(to), escape(ports.text)));
      const ways = report.exposures.map(({ workload, sources, protocol, port, host, target, state, reason, hops }) =>
        row(
          code(workload),
          escape(`${protocol} ${target}`),
          escape(`${sources}, ${protocol} ${port ?? 'of the nodes'}${host === '' ? '' : ` of ${host}`}`),
          escape(hops.map(({ ref }) => formatRef(ref)).join(' -> ')),
          escape(reason === '' ? state : `${state}: ${reason}`),
        ),
      );
      const outside = {
        title: `From outside (${ways.length})`,
        head: ['Workload', 'Port', 'Asked by', 'Way', 'State'],
        rows: ways,
        open: true,
      };
      const connections = { title: `Connections (${rows.length})`, head: ['From', 'To', 'Ports'], rows, open: rows.length <= 20 };
      return ways.length === 0 ? [connections] : [connections, outside];
    }
    case 'ReachAnswerReport':
      return [{ title: 'Because', head: ['Reason'], rows: report.reasons.map((reason) => row(escape(reason))), open: true }];
    case 'ReachDiffReport': {
      const rows = report.changes.map(({ change, from, to, before, after }) =>
        row(change, code(from), code(to), escape(before.text), escape(after.text)),
      );
      return rows.length === 0
        ? []
        : [{ title: `Connections (${rows.length})`, head: ['Change', 'From', 'To', 'Before', 'After'], rows, open: rows.length <= 20 }];
    }
  }
}
