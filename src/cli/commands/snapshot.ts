import { World } from '../../model/index.ts';
import { readWorld } from '../../cluster/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';
import { writeOutput } from '../output.ts';
import { newSalt } from '../salt.ts';
import { writeSnapshot } from '../snapshot-text.ts';
import { embeddedDirectory, openExistingCluster } from '../stages/before.ts';

/** `kplan snapshot [FILE]`: a cluster as a List of its objects; Secret values become salted hashes. */
export async function runSnapshot(args: Arguments, io: Io): Promise<number> {
  const cluster = await openExistingCluster(embeddedDirectory(args), World.EMPTY, io);
  try {
    const identity = await cluster.identity();
    const text = writeSnapshot(await readWorld(cluster), {
      clusterUid: identity.uid,
      kubernetesVersion: identity.kubernetesVersion,
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
