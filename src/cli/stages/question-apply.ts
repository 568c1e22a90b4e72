import { planWorlds } from '../../planner/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import { newSalt } from '../salt.ts';
import type { Before } from './before.ts';
import type { Desired } from './desired.ts';
import { readOwnership, toPlanInput } from './make-plan.ts';
import type { AppliedWorld } from './question-world.ts';
import { todayOf, waiveAll } from './waivers.ts';

/** The world that a plan of these manifests leads to from the one before. */
export async function applyToWorld(desired: Desired, before: Before, args: Arguments, io: Io, log: Log): Promise<AppliedWorld> {
  const ownership = await readOwnership(before, desired.unit);
  const options = { ownership, salt: before.salt ?? newSalt(), forceConflicts: false, leavesReferences: true };
  const input = toPlanInput(desired, before, args, io, log, options);
  const { before: base, after } = planWorlds(input);
  return { world: after, base, findings: waiveAll(input.findings, { ...desired, today: todayOf(io) }) };
}
