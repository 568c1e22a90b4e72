import { formatRef, gvkOf, podTemplateOf, refOf, type KubernetesObject, type World } from '../model/index.ts';
import { getNumber, getString } from '../std/index.ts';
import { listContents } from './orphans.ts';

const MOST = 5;

/** What goes with an object that is deleted, as far as the world tells: `2 pods`, `3 known objects (...)`, `its data`. */
export function describeHoldings(object: KubernetesObject, world: World): string {
  const { group, kind } = gvkOf(object);
  const contents = listContents(world, object);
  switch (`${group}/${kind}`) {
    case '/Pod':
      return 'what runs in it';
    case '/Service':
      return 'its address';
    case '/PersistentVolume':
      return 'the way to its data';
    case '/PersistentVolumeClaim':
      return describeClaim(object, world);
    case 'apps/DaemonSet':
    case 'apps/Deployment':
    case 'apps/ReplicaSet':
    case 'apps/StatefulSet':
      return [describePods(object), ...(contents.length === 0 ? [] : [`${list(contents, 'claim')} with the data`])].join(' and ');
    default:
      return contents.length === 0 ? 'what is in it or belongs to it' : list(contents, 'known object');
  }
}

function describePods(workload: KubernetesObject): string {
  const known = getNumber(workload, 'status', 'replicas') ?? getNumber(workload, 'status', 'currentNumberScheduled');
  const count = known ?? (workload.kind === 'DaemonSet' ? undefined : (getNumber(workload, 'spec', 'replicas') ?? 1));
  if (count === undefined || podTemplateOf(workload) === undefined) return 'its pods';
  return count === 0 ? 'no pod' : countOf(count, 'pod');
}

/** A volume that is kept (`Retain`, as where it does not say: `core/v1/defaults.go`) keeps the data, but no new claim comes to it by itself. */
function describeClaim(claim: KubernetesObject, world: World): string {
  const volume = world.get({ group: '', kind: 'PersistentVolume', name: getString(claim, 'spec', 'volumeName') ?? '' });
  if (volume === undefined) return 'its data, unless the volume says Retain,';
  const name = formatRef(refOf(volume));
  const policy = getString(volume, 'spec', 'persistentVolumeReclaimPolicy') ?? 'Retain';
  return policy === 'Retain' ? `the way to its data, which ${name} keeps,` : `${name} with its data (reclaim policy ${policy})`;
}

function list(contents: readonly KubernetesObject[], noun: string): string {
  const rest = contents.length - MOST;
  const names = contents.slice(0, MOST).map((item) => formatRef(refOf(item)));
  return `${countOf(contents.length, noun)} (${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
