import { code, escape, row, type Section } from './markdown-cells.ts';
import type { AnyReachReport } from './reach.ts';

/** The tables of connections, of one answer or of a difference. */
export function reachSections(report: AnyReachReport): Section[] {
  switch (report.kind) {
    case 'ReachReport': {
      const rows = report.connections.map(({ from, to, ports }) => row(code(from), code(to), escape(ports.text)));
      return [{ title: `Connections (${rows.length})`, head: ['From', 'To', 'Ports'], rows, open: rows.length <= 20 }];
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
