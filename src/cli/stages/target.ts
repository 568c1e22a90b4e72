import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hasAccess, type Cluster } from '../../cluster/index.ts';
import { KplanError, type World, type WorldSource } from '../../model/index.ts';
import { listVersions, loadCatalog } from '../../model/schema/index.ts';
import type { EmbeddedCluster } from '../../sim/index.ts';
import type { Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import type { Io, Log } from '../io.ts';

const DEFAULT_DIRECTORY = '.kplan/cluster';

/** Flags that name a live cluster, or who asks it. */
export const LIVE_FLAGS: readonly string[] = ['live', 'kubeconfig', 'context', 'cluster', 'user', 'as', 'as-group', 'no-exec'];

/** Of these, who asks or applies: besides a dump of a cluster they name that alone. */
export const IDENTITY_FLAGS: readonly string[] = ['as', 'as-group'];

/** The first of some flags that the command line gives. */
export function findGiven(args: Arguments, flags: readonly string[]): string | undefined {
  return flags.find((flag) => args.has(flag) || args.string(flag) !== undefined || args.list(flag).length > 0);
}

/** A cluster that is planned against and written. */
export type TargetChoice = { readonly kind: 'live' } | { readonly kind: 'embedded'; readonly directory: string };

/** A cluster that can be written. */
export interface OpenedCluster {
  readonly cluster: Cluster;
  /** The same cluster where it is an embedded one: it must be given time to work. */
  readonly embedded?: EmbeddedCluster;
  readonly source: WorldSource;
}

/** Chooses the cluster by flags, then by the kubeconfig, else the embedded one; says so where nobody chose. */
export function chooseTarget(args: Arguments, io: Io, log: Log): TargetChoice {
  const embedded = args.string('embedded');
  const live = findGiven(args, LIVE_FLAGS);
  if (embedded !== undefined && live !== undefined)
    throw new KplanError('USAGE', `--embedded and --${live} each choose the cluster: give one of them`);
  if (embedded !== undefined) return { kind: 'embedded', directory: embedded };
  if (live !== undefined) return { kind: 'live' };
  if (hasAccess({ env: io.env, cwd: io.cwd })) {
    log.step("cluster: the kubeconfig's current context (--context, --snapshot or --embedded choose another)");
    return { kind: 'live' };
  }
  log.detail(`cluster: the embedded one in ${DEFAULT_DIRECTORY} (--live or --embedded choose another)`);
  return { kind: 'embedded', directory: DEFAULT_DIRECTORY };
}

/** Where `--embedded` keeps a cluster; undefined without. The default place is in none that is watched. */
export function embeddedFolder(args: Arguments, io: Pick<Io, 'cwd'>): string | undefined {
  const directory = args.string('embedded');
  return directory === undefined ? undefined : resolve(io.cwd, directory);
}

/** Opens the chosen cluster; an embedded one is made if it is not there. The caller closes it. */
export async function openTarget(choice: TargetChoice, context: World, args: Arguments, io: Io, log: Log): Promise<OpenedCluster> {
  if (choice.kind === 'embedded') return openEmbedded(choice.directory, context, io);
  const { openLive } = await import('./open-live.ts');
  return openLive(args, io, log);
}

/** Like `openTarget`, but refuses an embedded cluster that nothing was ever applied to. */
export function openExistingTarget(choice: TargetChoice, context: World, args: Arguments, io: Io, log: Log): Promise<OpenedCluster> {
  if (choice.kind === 'embedded' && !existsSync(resolve(io.cwd, choice.directory)))
    throw new KplanError('NO_CLUSTER', `${choice.directory}: there is no embedded cluster`, {
      hint: '`kapply PATH` makes one; --embedded DIR names another, --live the cluster of the kubeconfig',
    });
  return openTarget(choice, context, args, io, log);
}

async function openEmbedded(directory: string, context: World, io: Io): Promise<OpenedCluster> {
  const { openEmbeddedCluster } = await import('../../sim/index.ts');
  const nodes = context.byKind('', 'Node');
  const embedded = await openEmbeddedCluster({
    directory: resolve(io.cwd, directory),
    clock: realClock(io),
    catalog: loadCatalog(listVersions().at(-1) ?? ''),
    sync: true,
    ...(nodes.length === 0 ? {} : { nodes }),
  });
  const identity = await embedded.identity();
  const source: WorldSource = {
    kind: 'embedded',
    description: `embedded cluster ${directory}`,
    path: directory,
    clusterUid: identity.uid,
    cluster: identity.description,
    kubernetesVersions: [identity.kubernetesVersion],
  };
  return { cluster: embedded, embedded, source };
}

/** The folder where daemons of a cluster keep their status: beside an embedded one, else below `.kplan`. */
export function daemonDirectory({ path, cluster }: WorldSource): string {
  if (path !== undefined) return `${path.replace(/\/+$/, '')}.daemons`;
  return join('.kplan', `${(cluster ?? 'cluster').replace(/[^A-Za-z0-9._-]+/g, '-')}.daemons`);
}
