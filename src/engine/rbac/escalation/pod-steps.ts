import { nameOf, refOf, type KubernetesObject, type World } from '../../../model/index.ts';
import type { Footing } from './graph.ts';
import type { Place } from './place.ts';
import type { Need } from './powers.ts';
import { POD_MAKERS } from './right.ts';
import { listWaysToCreate, toRights, type Site } from './site.ts';
import type { StepKind } from './step.ts';

const MAKERS = Object.entries(POD_MAKERS).flatMap(([group, kinds]) => kinds.map((kind) => `${group}/${kind}`));
const CREATE = toRights('create', ...MAKERS);
/** The kinds whose objects make new Pods when their template is written: that of a Job never changes, and a Pod has none. */
const TEMPLATES = MAKERS.filter((resource) => resource !== '/pods' && resource !== 'batch/jobs').map((resource) => ({
  resource,
  rights: toRights('patch update', resource),
}));
const EXEC = toRights('create', '/pods/exec', '/pods/attach');
const EXEC_BY_GET = [...EXEC, ...toRights('get', '/pods/exec', '/pods/attach')];
const READ_LOGS = ['get /pods/log'];
const READ_NODE_LOGS = ['get /nodes/log'];
const DEBUG = toRights('patch update', '/pods/ephemeralcontainers');
const IMAGE = toRights('patch update', '/pods');
const RELABEL = toRights('patch update', '/namespaces');
const ANNOTATE = toRights('patch update', '/serviceaccounts');

interface Way {
  readonly step: StepKind;
  readonly needs: readonly Need[];
  /** The namespaces that it is open in. */
  readonly scope: string;
  readonly footing: readonly Footing[];
}

/** What is got by running Pods, and by entering those that run. */
export function addPodSteps(site: Site): void {
  const ways = listWaysToRun(site);
  for (const { step, needs, scope, footing } of ways) {
    site.give(step, { kind: 'pods', scope }, needs, footing);
    addWaysPastPodSecurity(site, { step, needs, scope, footing });
    if (site.around.cloudRoles.size > 0)
      site.give('account-annotate', { kind: 'cloud' }, [site.powers.find(ANNOTATE), ...needs], [...footing, ...listOneCloudRole(site)]);
  }
  addEntering(site, 'pod-exec', site.around.execsByGet ? EXEC_BY_GET : EXEC);
  addEntering(site, 'image-write', IMAGE);
  addEntering(site, 'ephemeral', DEBUG);
  addPrivilegedDebugging(site);
  addLogs(site);
}

/** What shows that ServiceAccounts of this cluster have roles in the cloud. */
function listOneCloudRole({ around }: Site): readonly Footing[] {
  return [...around.cloudRoles.values()].slice(0, 1);
}

/** What programs log may say what is in their Secrets. The kubelet serves the logs of all Pods of its node as well. */
function addLogs(site: Site): void {
  const { powers, scope, around } = site;
  const { names: secrets, footing } = around.secretsHeldIn(scope);
  if (secrets.length === 0) return;
  const to: Place = { kind: 'logs', scope, secrets };
  site.give('log-read', to, [powers.find(READ_LOGS)], footing);
  if (scope === '*') site.give('log-read', to, [powers.find(READ_NODE_LOGS)], footing);
}

function listWaysToRun({ powers, scope, namespaces, around }: Site): readonly Way[] {
  const ways: Way[] = [];
  const anyCreate = powers.find(CREATE);
  const makers = powers.hasSome(CREATE) ? MAKERS : [];
  if (anyCreate !== undefined) ways.push({ step: 'pod-create', needs: [anyCreate], scope, footing: [] });
  for (const resource of makers)
    for (const needs of listWaysToCreate(powers, resource).filter((list) => list.length > 1))
      ways.push({ step: 'pod-create', needs, scope, footing: [] });
  for (const { resource, rights } of TEMPLATES) {
    const kind = around.findKind(resource);
    if (kind === undefined || !powers.hasSome(rights)) continue;
    for (const namespace of namespaces) {
      for (const object of kind.inNamespace(namespace)) {
        const need = powers.find(rights, [nameOf(object)]);
        if (need === undefined) continue;
        ways.push({ step: 'template-write', needs: [need], scope: namespace, footing: [{ ref: refOf(object) }] });
        break;
      }
    }
  }
  return ways;
}

/** Pod Security looks at neither PersistentVolumes nor who may lift the level. */
function addWaysPastPodSecurity(site: Site, { needs, scope, footing }: Way): void {
  const { powers, around } = site;
  const open = scope === '*' ? site.namespaces : [scope];
  if (open.some((namespace) => around.admitsPrivileged(namespace))) return;
  const volume = powers.find(['create /persistentvolumes']);
  const claim = powers.find(['create /persistentvolumeclaims']);
  site.give('pv-hostpath', { kind: 'nodes' }, [volume, claim, ...needs], footing);
  for (const namespace of open) {
    const label = powers.find(RELABEL, [namespace]);
    const level: Footing = { ref: { group: '', version: 'v1', kind: 'Namespace', name: namespace }, path: '/metadata/labels' };
    site.give('namespace-label', { kind: 'nodes' }, [label, ...needs], [...footing, level]);
  }
}

function addEntering(site: Site, step: StepKind, rights: readonly string[]): void {
  site.give(step, { kind: 'workloads', scope: site.scope }, [site.powers.find(rights)]);
  for (const name of site.powers.listNames(rights)) {
    for (const namespace of site.namespaces) {
      const pod = findPod(site.around.world, namespace, name);
      if (pod !== undefined) site.enter(step, pod, [site.powers.find(rights, [name])]);
    }
  }
}

/** A Pod of a name, or the StatefulSet that would make it. */
function findPod(world: World, namespace: string, name: string): KubernetesObject | undefined {
  const pod = world.get({ group: '', kind: 'Pod', namespace, name });
  const set = /^(.+)-\d+$/.exec(name)?.[1];
  return pod ?? (set === undefined ? undefined : world.get({ group: 'apps', kind: 'StatefulSet', namespace, name: set }));
}

function addPrivilegedDebugging(site: Site): void {
  const { around, powers, scope, namespaces } = site;
  const need = powers.find(DEBUG);
  if (need === undefined) return;
  const isRunning = (namespace: string): boolean => namespace === 'kube-system' || around.workloads.has(namespace);
  if (!namespaces.some((namespace) => isRunning(namespace) && around.admitsPrivileged(namespace))) return;
  site.give('ephemeral', { kind: scope === '*' ? 'nodes' : 'node' }, [need]);
}
