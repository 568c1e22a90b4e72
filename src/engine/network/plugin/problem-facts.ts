import { compareBy } from '../../../std/index.ts';
import { formatRef, type Fact } from '../../../model/index.ts';
import type { PolicyProblem } from './problem.ts';

/** What is wrong with policies of plugins, and what of them is not judged, as facts at their lines. */
export function listProblemFacts(problems: readonly PolicyProblem[]): readonly Fact[] {
  const facts = problems.map(({ ref, path, kind, reason }): Fact => ({
    engine: 'network',
    code: kind === 'unjudged' ? 'KN0306' : 'KN0307',
    severity: 'warning',
    key: `policy ${kind} ${ref.group} ${formatRef(ref)} ${path} ${reason}`,
    subject: ref,
    data: { policy: formatRef(ref), place: path, reason },
    objects: [{ ref, path }],
  }));
  return [...new Map(facts.map((fact) => [fact.key, fact])).values()].toSorted(compareBy(({ key }) => key));
}
