import type { Admission, Plan } from '../../model/index.ts';
import { describeAdmissionKind, describeSight } from '../admission.ts';
import type { Layout } from '../report.ts';
import { line, type Line } from './lines.ts';
import { span } from './paint.ts';

const MOST = 10;

/** The webhooks and policies that are asked about the changes, one line each; none where nobody is. */
export function admissionLines({ admission = [] }: Plan, layout: Layout): Line[] {
  const shown = layout.all ? admission : admission.slice(0, MOST);
  const hidden = admission.length - shown.length;
  const lines = shown.map((item) => admissionLine(item, layout));
  return hidden === 0 ? lines : [...lines, line([span(`… ${hidden} more (--all shows them)`, 'dim')])];
}

function admissionLine(item: Admission, { all }: Layout): Line {
  const ignored = item.failurePolicy === 'Ignore' ? '; passed over where it cannot be asked' : '';
  return line(
    [span(' · ', 'dim'), span(`${describeAdmissionKind(item)} ${item.name}`), span(`  ${describeSight(item, all)}${ignored}`, 'dim')],
    undefined,
    3,
  );
}
