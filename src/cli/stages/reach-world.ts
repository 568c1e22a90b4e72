import { keepEnforced, listUnenforced } from '../../engine/network/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import { toFinding } from './fact-finding.ts';
import { openQuestionWorld, type QuestionWorld } from './question-world.ts';
import { toLocate } from './locate.ts';
import { waiveAll } from './waivers.ts';

/** The worlds that a question about connections is asked of: policies that nothing enforces are left out of them, and told. */
export async function openReachWorld(path: string | undefined, args: Arguments, io: Io, log: Log): Promise<QuestionWorld> {
  const question = await openQuestionWorld(path, args, io, log);
  const { network } = question.config.reach;
  const locate = question.which === 'after' ? toLocate(question) : () => undefined;
  const unenforced = listUnenforced(question.world, network).map((fact) => toFinding(fact, locate));
  return {
    ...question,
    world: keepEnforced(question.world, network),
    ...(question.base === undefined ? {} : { base: keepEnforced(question.base, network) }),
    findings: [...question.findings, ...waiveAll(unenforced, question)],
  };
}
