import { openAccess, openApiCluster, type Cluster } from '../../cluster/index.ts';
import { KplanError, type WorldSource } from '../../model/index.ts';
import { listVersions } from '../../model/schema/index.ts';
import type { Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import type { Io, Log } from '../io.ts';
import type { OpenedCluster } from './target.ts';

/** Opens the cluster of the kubeconfig. `onOpened` is told of it before it has answered; should that fail, it is closed. */
export async function openLive(args: Arguments, io: Io, log: Log, onOpened?: (cluster: Cluster) => void): Promise<OpenedCluster> {
  const named = (flag: string): string | undefined => args.string(flag);
  const [kubeconfig, context, cluster, user, as] = ['kubeconfig', 'context', 'cluster', 'user', 'as'].map(named);
  const access = await openAccess({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(user === undefined ? {} : { user }),
    ...(as === undefined ? {} : { as }),
    asGroups: args.list('as-group'),
    noExec: args.has('no-exec'),
    env: io.env,
    cwd: io.cwd,
    now: () => io.now(),
    warn: (message) => log.warn(message),
  });
  if (access === undefined)
    throw new KplanError('NO_CLUSTER', '--live: there is no kubeconfig', {
      hint: 'KUBECONFIG or --kubeconfig FILE names one; --snapshot FILE and --embedded DIR need none',
    });
  const opened = openApiCluster(access, realClock(io), (trouble) => log.warn(trouble));
  onOpened?.(opened);
  try {
    const { uid, description, kubernetesVersion } = await opened.identity();
    const version = toKnownVersion(kubernetesVersion, log);
    const source: WorldSource = {
      kind: 'cluster',
      description: `cluster ${description}`,
      cluster: description,
      ...(uid === '' ? {} : { clusterUid: uid }),
      ...(version === kubernetesVersion ? {} : { servedVersion: kubernetesVersion }),
      kubernetesVersions: [version],
    };
    return { cluster: opened, source };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The nearest version that kplan has the schemas of. */
function toKnownVersion(version: string, log: Log): string {
  const known = listVersions();
  if (known.includes(version)) return version;
  const [oldest = version, newest = version] = [known[0], known.at(-1)];
  const isNewer = Number(version.split('.')[1]) > Number(newest.split('.')[1]);
  const nearest = isNewer ? newest : oldest;
  log.warn(
    `the cluster is of Kubernetes ${version}, and this kplan knows ${oldest} to ${newest}: manifests are judged by ${nearest}${isNewer ? '; a newer kplan may know it' : ''}`,
  );
  return nearest;
}
