import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { WorldReading } from '../../cluster/index.ts';
import { describe, describeRemedy, KplanError, World, type Finding, type WorldSource } from '../../model/index.ts';
import type { Arguments } from '../arguments.ts';
import { readInput } from '../input.ts';
import type { Io, Log } from '../io.ts';
import { isSnapshotText, readSnapshot } from '../snapshot-text.ts';
import { NOTHING, toBefore, type Before, type BeforeChoice, type LiveBefore } from './before.ts';
import { readRelevant } from './read-relevant.ts';
import { loadOptions, readObjects, type Desired } from './desired.ts';
import { parseDocuments, readRepository } from '../../loader/index.ts';
import { openTarget, type OpenedCluster } from './target.ts';

/** Opens the chosen world. The caller closes its cluster. */
export async function openBefore(choice: BeforeChoice, desired: Desired, args: Arguments, io: Io, log: Log): Promise<Before> {
  switch (choice.kind) {
    case 'none':
      return NOTHING;
    case 'revision': {
      const { path } = desired;
      const options = loadOptions(args, io, path);
      const { manifests, source, findings, files } = await readRepository({
        ...options,
        ref: choice.revision,
        ...(options.ref === undefined ? {} : { head: options.ref }),
      });
      refuseBroken(findings, source.description);
      const world = World.of(manifests.map((manifest) => manifest.object));
      const fileIds = files.map((file) => `${file.path}\0${file.oid}`);
      return { mode: 'revision', world, source: { ...source, path }, manifests, findings, fileIds };
    }
    case 'snapshot':
      return openSnapshot(choice.file, io);
    case 'embedded':
    case 'live':
      return readBefore(await openTarget(choice, desired.context, args, io, log), desired);
  }
}

// What a broken clone hides would look as if the change creates it.
function refuseBroken(findings: readonly Finding[], revision: string): void {
  const broken = findings.find(({ code }) => code === 'KL0042');
  if (broken === undefined) return;
  const file = broken.source?.file ?? '';
  throw new KplanError('CORRUPT', `--base ${revision}: ${file}: ${describe(broken)}`, { hint: describeRemedy(broken) });
}

/** Reads an opened cluster as the world before, as far as it matters to the manifests; what is read ahead is not read again. */
export async function readBefore(opened: OpenedCluster, desired: Desired, ahead?: Promise<WorldReading>): Promise<LiveBefore> {
  try {
    return toBefore(opened, await readRelevant(opened.cluster, desired, await ahead));
  } catch (error) {
    await opened.cluster.close();
    throw error;
  }
}

async function openSnapshot(file: string, io: Io): Promise<Before> {
  const path = resolve(io.cwd, file);
  if (!existsSync(path))
    throw new KplanError('NOT_FOUND', `--snapshot ${file}: there is no such file`, {
      hint: '`kplan snapshot FILE` writes one; so does `kubectl get all,... -A -o yaml`',
    });
  const source: WorldSource = { kind: 'snapshot', description: `snapshot ${file}`, path: file, kubernetesVersions: [] };
  const name = `--snapshot ${file}`;
  const input = statSync(path).isDirectory() ? undefined : readInput(path, name);
  const own = input === undefined ? undefined : readOwnSnapshot(name, input);
  if (own === undefined) return { mode: 'live', world: World.of(await readObjects(path, name, input)), source, manifests: [] };
  const { head, world } = own;
  const { clusterUid, kubernetesVersion, salt } = head;
  return {
    mode: 'live',
    world,
    source: { ...source, clusterUid, kubernetesVersions: [kubernetesVersion] },
    manifests: [],
    salt,
    kubernetesVersion,
  };
}

// Undefined for a dump that another tool has written.
function readOwnSnapshot(name: string, input: Buffer): ReturnType<typeof readSnapshot> | undefined {
  const text = input.toString();
  if (!isSnapshotText(text)) return undefined;
  const { documents, findings } = parseDocuments(text, name);
  const [document] = documents;
  if (document !== undefined && documents.length === 1 && findings.length === 0) return readSnapshot(document.value);
  throw new KplanError('UNREADABLE', `${name}: not a whole snapshot`, { hint: 'write it again with `kplan snapshot FILE`' });
}
