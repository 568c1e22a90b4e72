import { formatAddresses, listExposures, type Exposure } from '../../engine/network/index.ts';
import type { ObjectRef } from '../../model/index.ts';
import type { ExposureEntry, HopEntry, ReachReport } from '../../report/index.ts';
import { toLocate } from '../stages/locate.ts';
import type { QuestionWorld } from '../stages/question-world.ts';

/** What every answer about connections says of its worlds. */
export function headOfQuestion(question: QuestionWorld): Pick<ReachReport, 'after' | 'before' | 'findings' | 'notes' | 'which'> {
  const { which, before, after, findings, notes } = question;
  return { which, before, ...(after === undefined ? {} : { after }), findings, notes };
}

/** The ways from outside to the workloads that -n and -l ask for, with their lines. */
export function toExposures(question: QuestionWorld): readonly ExposureEntry[] {
  const locate = toLocate(question);
  const toHop = ({ ref, path }: Exposure['hops'][number]): HopEntry => {
    const source = locate(ref, path);
    return { ref, path, ...(source === undefined ? {} : { source }) };
  };
  return listExposures(question.world)
    .filter(({ workload }) => isAskedRef(workload.ref, question))
    .map(({ workload, hops, by, sources, ...exposure }) => ({
      workload: workload.name,
      ...exposure,
      sources: sources.cuts.length === 0 ? 'nobody' : formatAddresses(sources),
      hops: hops.map(toHop),
      ...(by === undefined ? {} : { by: toHop(by) }),
    }));
}

function isAskedRef(ref: ObjectRef, { world, isAsked }: QuestionWorld): boolean {
  const object = world.get(ref);
  return object !== undefined && isAsked(object);
}
