import { isNodeSelected } from '../../../model/index.ts';
import { getObject, getString, type JsonObject } from '../../../std/index.ts';
import { SKIP, type Plugin } from '../plugin.ts';
import { SUCCESS, unresolvable } from '../verdict.ts';
import { claimNamesOf, findClaim } from './volume-restrictions.ts';

const NODE_CONFLICT = unresolvable("node(s) didn't match PersistentVolume's node affinity");

/**
 * Holds a pod to the nodes that its bound volumes can be reached from. Claims that are not yet bound count as bindable
 * everywhere: a provisioner binds them in time.
 */
export const VOLUME_BINDING: Plugin = {
  name: 'VolumeBinding',
  concerns: (pod) => claimNamesOf(pod).length > 0,
  filter: (pod, cluster) => {
    const affinities: JsonObject[] = [];
    for (const name of claimNamesOf(pod)) {
      const claim = findClaim(cluster, pod, name);
      if (claim === undefined) continue;
      if (getString(claim.metadata, 'deletionTimestamp') !== undefined) {
        return { kind: 'reject', verdict: unresolvable(`persistentvolumeclaim "${name}" is being deleted`) };
      }
      const volume = cluster.world.get({ group: '', kind: 'PersistentVolume', name: getString(claim, 'spec', 'volumeName') ?? '' });
      const required = getObject(volume, 'spec', 'nodeAffinity', 'required');
      if (required !== undefined) affinities.push(required);
    }
    if (affinities.length === 0) return SKIP;
    return {
      kind: 'filter',
      filter: (index) => {
        const node = cluster.nodes[index];
        return node !== undefined && affinities.every((required) => isNodeSelected(required, node)) ? SUCCESS : NODE_CONFLICT;
      },
    };
  },
};
