import type { World } from '../../../model/index.ts';
import { withDns } from '../traffic/proxy.ts';
import { listDeclared } from './declared.ts';
import type { FlowLog } from './flow-log.ts';
import { resolveLogged, withLogged } from './logged.ts';
import type { Needs } from './need.ts';

/** The connections to keep, in the world that has all their ends. */
export interface Wishes extends Needs {
  readonly world: World;
}

/** What manifests declare; the cluster's DNS is among the ends, as it is installed nearly everywhere. */
export function readDeclaredWishes(world: World): Wishes {
  const whole = withDns(world);
  return { world: whole, ...listDeclared(whole) };
}

/** What a flow log has seen; pods of workloads that are not among the objects are known by their labels. */
export function readLoggedWishes(world: World, log: FlowLog): Wishes {
  const whole = withLogged(world, log.flows);
  return { world: whole, ...resolveLogged(whole, log.flows) };
}
