import { readWorld } from '../../cluster/index.ts';
import { refOf, World } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import { toBefore, type Before, type BeforeChoice } from './before.ts';
import type { Desired } from './desired.ts';
import { openBefore } from './open-before.ts';
import { openExistingTarget } from './target.ts';

/** Opens the world that a question is asked of: as for a plan, but nothing is made. The caller closes its cluster. */
export async function openForQuestion(choice: BeforeChoice, desired: Desired, args: Arguments, io: Io, log: Log): Promise<Before> {
  if (choice.kind !== 'live' && choice.kind !== 'embedded') return openBefore(choice, desired, args, io, log);
  const opened = await openExistingTarget(choice, World.EMPTY, args, io, log);
  try {
    const before = toBefore(opened, await readWorld(opened.cluster));
    return choice.kind === 'embedded' && desired.hasNodes ? { ...before, world: withoutNodes(before.world) } : before;
  } catch (error) {
    await opened.cluster.close();
    throw error;
  }
}

// The nodes of an embedded cluster are made up: where some are given, those are the nodes there are.
function withoutNodes(world: World): World {
  const nodes = world.byKind('', 'Node').map(refOf);
  const pods = world.byKind('', 'Pod').filter((pod) => getString(pod, 'spec', 'nodeName') !== undefined);
  return world.without([...nodes, ...pods.map(refOf)]);
}
