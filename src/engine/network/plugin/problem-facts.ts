import { compareBy } from '../../../std/index.ts';
import { formatRef, type Fact } from '../../../model/index.ts';
import type { PolicyProblem } from './problem.ts';

const CODES: Readonly<Record<PolicyProblem['kind'], string>> = {
  invalid: 'KN0307',
  refused: 'KN0310',
  tied: 'KN0309',
  unjudged: 'KN0306',
};

/** What is wrong with policies, and what of them is not judged, as facts at their lines. */
export function listProblemFacts(problems: readonly PolicyProblem[]): readonly Fact[] {
  const facts = problems.map(({ ref, path, kind, reason, other }): Fact => ({
    engine: 'network',
    code: CODES[kind],
    severity: kind === 'refused' ? 'error' : 'warning',
    key: `policy ${kind} ${ref.group} ${formatRef(ref)} ${path} ${reason}`,
    subject: ref,
    data: { policy: formatRef(ref), place: path, reason },
    objects: [{ ref, path }, ...(other === undefined ? [] : [{ ref: other, path }])],
  }));
  return [...new Map(facts.map((fact) => [fact.key, fact])).values()].toSorted(compareBy(({ key }) => key));
}
