import type { Cluster, WorldReading } from '../../cluster/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import type { LiveBefore } from './before.ts';
import { readBefore } from './open-before.ts';
import { checkPath, readDesired, type Desired } from './desired.ts';
import { readAhead } from './read-relevant.ts';
import { openLive } from './open-live.ts';

/**
 * Reads the manifests of a path, and the kubeconfig's cluster meanwhile, which is most of what either takes. `at` is when
 * reading began. What is wrong with the manifests is told first. The caller closes the cluster.
 */
export async function readSideBySide(
  path: string,
  args: Arguments,
  io: Io,
  log: Log,
): Promise<{ readonly desired: Desired; readonly before: LiveBefore; readonly at: number }> {
  checkPath(args, io, path);
  const at = io.now();
  let cluster: Cluster | undefined;
  let ahead: Promise<WorldReading> | undefined;
  const opening = openLive(args, io, log, (opened) => {
    cluster = opened;
    ahead = readAhead(opened);
    ahead.catch(() => undefined);
  });
  // It is told when the manifests are read.
  opening.catch(() => undefined);
  try {
    const desired = await readDesired(args, io, log, path);
    return { desired, before: await readBefore(await opening, desired, ahead), at };
  } catch (error) {
    await cluster?.close();
    throw error;
  }
}
