import { World } from '../../model/index.ts';
import { readWorld } from '../../cluster/index.ts';
import type { Arguments } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { writeOutput } from '../output.ts';
import { newSalt } from '../salt.ts';
import { writeSnapshot } from '../snapshot-text.ts';
import { chooseTarget, openExistingTarget } from '../stages/target.ts';

/** `kplan snapshot [FILE]`: a cluster as a List of its objects; Secret values become salted hashes. */
export async function runSnapshot(args: Arguments, io: Io): Promise<number> {
  const log = createLog(io, args.has('quiet'), false);
  const { cluster, source } = await openExistingTarget(chooseTarget(args, io, log), World.EMPTY, args, io, log);
  try {
    const identity = await cluster.identity();
    const { world, unread } = await readWorld(cluster);
    if (unread.length > 0) log.warn(`not in the snapshot, since they may not be read: ${unread.join(', ')}`);
    const text = writeSnapshot(world, {
      clusterUid: identity.uid,
      kubernetesVersion: source.kubernetesVersions[0] ?? identity.kubernetesVersion,
      salt: newSalt(),
    });
    const [file] = args.positionals;
    if (file === undefined) io.out(text);
    else writeOutput(file, text, io);
    return 0;
  } finally {
    await cluster.close();
  }
}
