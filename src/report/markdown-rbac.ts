import { describeSubject } from './access.ts';
import { code, escape, row, type Section } from './markdown-cells.ts';
import { describeRight, describeVia, isOfKubernetes, placeOfRight, type RbacReport, type RightEntry } from './rbac.ts';

/** What `kplan rbac` says, as tables: the difference, and what everybody may do who is not of Kubernetes itself. */
export function rbacSections(report: RbacReport): readonly Section[] {
  const changes = (report.changes ?? []).flatMap(({ subject, gained, lost }) => {
    const who = escape(describeSubject(subject));
    return [...gained.map((right) => row('+', who, ...cells(right))), ...lost.map((right) => row('-', who, ...cells(right)))];
  });
  const held = report.principals
    .filter((principal) => !isOfKubernetes(principal))
    .flatMap(({ subject, rights }) => rights.map((right) => row(escape(describeSubject(subject)), ...cells(right))));
  return [
    {
      title: `Gained and lost (${changes.length})`,
      head: ['', 'Subject', 'Right', 'By', 'Where'],
      rows: changes,
      open: changes.length <= 20,
    },
    { title: `Who may do what (${held.length})`, head: ['Subject', 'Right', 'By', 'Where'], rows: held, open: false },
  ].filter(({ rows }) => rows.length > 0);
}

function cells(right: RightEntry): readonly string[] {
  const place = placeOfRight(right);
  const danger = right.power === undefined ? '' : '⚠️ ';
  return [danger + escape(describeRight(right)), escape(describeVia(right)), place === undefined ? '' : code(place)];
}
