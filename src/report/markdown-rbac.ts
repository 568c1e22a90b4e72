import { describeSubject } from './access.ts';
import { code, escape, row, type Section } from './markdown-cells.ts';
import { describeSteps, placeOfClosing, type PathEntry } from './paths.ts';
import { describeDenied } from './usage.ts';
import { describeRight, describeVia, isOfKubernetes, placeOfRight, splitDisturbing, type RbacReport, type RightEntry } from './rbac.ts';

/** What `kplan rbac` says, as tables: the difference, and what everybody may do who is not of Kubernetes itself. */
export function rbacSections(report: RbacReport): readonly Section[] {
  const changes = (report.changes ?? []).flatMap(({ subject, gained, lost }) => {
    const who = escape(describeSubject(subject));
    return [...gained.map((right) => row('+', who, ...cells(right))), ...lost.map((right) => row('-', who, ...cells(right)))];
  });
  const own = report.principals.filter((principal) => !isOfKubernetes(principal));
  const list = (disturbs: boolean): readonly string[] =>
    splitDisturbing(own, disturbs).flatMap(({ subject, rights }) =>
      rights.map((right) => row(escape(describeSubject(subject)), ...cells(right))),
    );
  const [disturbing, held] = [list(true), list(false)];
  return [
    {
      title: `Gained and lost (${changes.length})`,
      head: ['', 'Subject', 'Right', 'By', 'Where'],
      rows: changes,
      open: changes.length <= 20,
    },
    pathChangesSection(report),
    ...usageSections(report),
    {
      title: `Where it leads (${report.paths.length})`,
      head: ['Subject', 'Reaches', 'By', 'Closed without', 'Where'],
      rows: report.paths.map((path) => row(...pathCells(path))),
      open: false,
    },
    {
      title: `Who may disturb the work of others (${disturbing.length})`,
      head: ['Subject', 'Right', 'By', 'Where'],
      rows: disturbing,
      open: false,
    },
    { title: `Who may do what (${held.length})`, head: ['Subject', 'Right', 'By', 'Where'], rows: held, open: false },
  ].filter(({ rows }) => rows.length > 0);
}

function pathChangesSection({ pathChanges }: RbacReport): Section {
  const { opened = [], closed = [] } = pathChanges ?? {};
  const rows = [...opened.map((path) => row('+', ...pathCells(path))), ...closed.map((path) => row('-', ...pathCells(path)))];
  return {
    title: `Paths opened and closed (${rows.length})`,
    head: ['', 'Subject', 'Reaches', 'By', 'Closed without', 'Where'],
    rows,
    open: rows.length <= 20,
  };
}

function pathCells(path: PathEntry): readonly string[] {
  const places = path.closedBy.flatMap((closing) => placeOfClosing(closing) ?? []);
  const closing = path.closedBy.map(({ grant }) => grant).join(', ');
  return [...[path.subject, path.reaches, describeSteps(path), closing].map(escape), places.map(code).join(', ')];
}

function usageSections({ usage }: RbacReport): readonly Section[] {
  const principals = usage?.principals ?? [];
  const unused = principals.flatMap(({ subject, unused: rights }) =>
    rights.map((right) => row(escape(describeSubject(subject)), ...cells(right))),
  );
  const denied = principals.flatMap(({ subject, denied: list }) =>
    list.map((entry) => row(escape(describeSubject(subject)), escape(describeDenied(entry)))),
  );
  return [
    { title: `Never used (${unused.length})`, head: ['Subject', 'Right', 'By', 'Where'], rows: unused, open: unused.length <= 20 },
    { title: `Refused (${denied.length})`, head: ['Subject', 'Request'], rows: denied, open: false },
  ];
}

function cells(right: RightEntry): readonly string[] {
  const place = placeOfRight(right);
  const danger = right.power === undefined ? '' : '⚠️ ';
  return [danger + escape(describeRight(right)), escape(describeVia(right)), place === undefined ? '' : code(place)];
}
