import { withBootstrapPolicy } from '../../engine/rbac/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import { openQuestionWorld, type QuestionWorld } from './question-world.ts';

/** The world of a question about rights: with the roles and bindings that a server of its version has made, where none was read. */
export async function openRightsWorld(path: string | undefined, args: Arguments, io: Io, log: Log): Promise<QuestionWorld> {
  const question = await openQuestionWorld(path, args, io, log);
  const { world, base, kubernetesVersion } = question;
  return {
    ...question,
    world: withBootstrapPolicy(world, kubernetesVersion),
    ...(base === undefined ? {} : { base: withBootstrapPolicy(base, kubernetesVersion) }),
  };
}
