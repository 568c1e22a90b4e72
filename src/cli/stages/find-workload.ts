import { KplanError, nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { compareStrings, findNearest } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';

const KINDS: Readonly<Record<string, readonly [group: string, kind: string]>> = {
  deployment: ['apps', 'Deployment'],
  deploy: ['apps', 'Deployment'],
  job: ['batch', 'Job'],
  pod: ['', 'Pod'],
  po: ['', 'Pod'],
  replicaset: ['apps', 'ReplicaSet'],
  rs: ['apps', 'ReplicaSet'],
  replicationcontroller: ['', 'ReplicationController'],
  rc: ['', 'ReplicationController'],
  statefulset: ['apps', 'StatefulSet'],
  sts: ['apps', 'StatefulSet'],
};

/** The workload that `--for KIND/NAME` names, in the namespace of -n or the only one that has it. Throws `KplanError`. */
export function findWorkload(world: World, text: string, args: Arguments): KubernetesObject {
  const [word = '', name = ''] = text.split('/');
  const [group, kind] = KINDS[word.toLowerCase().replace(/s$/, '')] ?? KINDS[word.toLowerCase()] ?? refuseKind(text);
  const namespaces = new Set(args.list('namespace'));
  const candidates = world
    .byKind(group, kind)
    .filter((object) => namespaces.size === 0 || namespaces.has(namespaceOf(object) ?? 'default'));
  const found = candidates.filter((object) => nameOf(object) === name);
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    const places = found.map((object) => namespaceOf(object) ?? 'default').toSorted(compareStrings);
    throw new KplanError('USAGE', `--for ${text}: ${found.length} namespaces have it: ${places.slice(0, 5).join(', ')}`, {
      hint: `-n ${places[0]} chooses one`,
    });
  }
  const nearest = findNearest(name, candidates.map(nameOf));
  throw new KplanError('NOT_FOUND', `--for ${text}: there is no such ${kind}`, {
    hint:
      nearest !== undefined
        ? `did you mean ${word}/${nearest}?`
        : candidates.length === 0
          ? `there is no ${kind} at all`
          : `there is for example ${word}/${candidates.map(nameOf)[0]}`,
  });
}

function refuseKind(text: string): never {
  const isDaemonSet = /^(ds|daemonsets?)\//i.test(text);
  throw new KplanError(
    'USAGE',
    isDaemonSet ? `--for ${text}: a DaemonSet has one pod on each node, never more` : `--for ${text} is not KIND/NAME`,
    {
      hint: 'write for example deployment/web, statefulset/db or pod/x',
    },
  );
}
