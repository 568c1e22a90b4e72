import { isStarMatch } from '../../../std/index.ts';
import { nameOf, type World } from '../../../model/index.ts';
import type { Deputy } from './deputy.ts';
import { toAccountKey, type Place } from './place.ts';
import { GUARD_KINDS } from './right.ts';
import { toRights, type Site } from './site.ts';
import { hasSystemConfig } from './surroundings.ts';

const WRITE = 'create patch update';
const ADMISSION = 'admissionregistration.k8s.io';
const TRAFFIC = [
  ...toRights('patch update', '/pods/status', '/services/status'),
  ...toRights(WRITE, '/endpoints', '/services', 'discovery.k8s.io/endpointslices'),
];
const FORWARD = [
  ...toRights('create', '/pods/portforward', '/pods/proxy', '/services/proxy'),
  ...toRights('get', '/pods/proxy', '/services/proxy'),
];
const GUARDS = Object.entries(GUARD_KINDS).flatMap(([group, kinds]) =>
  kinds.flatMap((kind) => toRights('delete patch update', `${group}/${kind}`)),
);

/** What is got from the cluster's own machinery: nodes, admission, API groups, controllers that write for others. */
export function addClusterSteps(site: Site): void {
  const { powers, scope } = site;
  site.give('port-forward', { kind: 'traffic' }, [powers.find(FORWARD)]);
  site.give('traffic-redirect', { kind: 'traffic' }, [powers.find(TRAFFIC)]);
  addSystemConfigs(site);
  for (const deputy of site.around.deputies) addDeputy(site, deputy);
  site.give('admission-off', { kind: 'guards' }, [powers.find(GUARDS)]);
  if (scope !== '*') return;
  site.give('admin', { kind: 'admin' }, [powers.find(['* */*'])]);
  addNodes(site);
  addAdmission(site);
  site.give('api-service', { kind: 'traffic' }, [powers.find(toRights(WRITE, 'apiregistration.k8s.io/apiservices'))]);
  site.give('crd-conversion', { kind: 'traffic' }, [powers.find(toRights(WRITE, 'apiextensions.k8s.io/customresourcedefinitions'))]);
}

function addNodes(site: Site): void {
  const rights = toRights('create get', '/nodes/proxy');
  const need = site.powers.find(rights);
  site.give('nodes-proxy', { kind: 'nodes' }, [need]);
  site.give('nodes-proxy', { kind: 'workloads', scope: '*' }, [need]);
  for (const name of site.powers.listNames(rights)) site.give('nodes-proxy', { kind: 'node' }, [site.powers.find(rights, [name])]);
}

/** Whoever mutates what others write, writes as they do; a policy needs its binding. */
function addAdmission(site: Site): void {
  const { powers, around } = site;
  const toPolicy = (resource: string): string => `${ADMISSION}/${resource}`;
  const hooks = toPolicy('mutatingwebhookconfigurations');
  site.give('webhook', { kind: 'admin' }, [powers.find(toRights(WRITE, hooks))]);
  for (const name of listExisting(around.world, 'MutatingWebhookConfiguration'))
    site.give('webhook', { kind: 'admin' }, [powers.find(toRights('patch update', hooks), [name])]);
  const policies = ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'].map((resource) =>
    powers.find(toRights('create', toPolicy(resource))),
  );
  site.give('webhook', { kind: 'admin' }, policies);
  for (const name of listExisting(around.world, 'MutatingAdmissionPolicy'))
    site.give('webhook', { kind: 'admin' }, [powers.find(toRights('patch update', toPolicy('mutatingadmissionpolicies')), [name])]);
  const secrets: Place = { kind: 'secrets', scope: '*' };
  site.give('webhook-read', secrets, [powers.find(toRights(WRITE, toPolicy('validatingwebhookconfigurations')))]);
}

function listExisting(world: World, kind: string): readonly string[] {
  return world.byKind(ADMISSION, kind).map(nameOf);
}

function addSystemConfigs(site: Site): void {
  const { powers, scope, around } = site;
  if (scope !== '*' && scope !== 'kube-system') return;
  const write = (name: string): ReturnType<typeof powers.find> => powers.find(toRights('patch update', '/configmaps'), [name]);
  if (hasSystemConfig(around, 'aws-auth')) site.give('cloud-auth', { kind: 'admin' }, [write('aws-auth')]);
  if (hasSystemConfig(around, 'coredns')) site.give('dns', { kind: 'traffic' }, [write('coredns')]);
}

/** A controller does what such an object says with its own rights, unless it is told to act as somebody else. */
function addDeputy(site: Site, deputy: Deputy): void {
  const { powers, scope, namespaces } = site;
  const { obeyed, standIn, limits } = deputy;
  const need = powers.find(toRights(WRITE, ...deputy.resources));
  if (need === undefined || (scope !== '*' && !obeyed.includes('*') && !obeyed.includes(scope))) return;
  if (standIn !== undefined) {
    const places = scope === '*' ? namespaces : [scope];
    for (const namespace of places)
      site.give('confused-deputy', { kind: 'identity', key: toAccountKey(namespace, standIn) }, [need], deputy.footing);
    return;
  }
  const project = powers.find(toRights(WRITE, 'argoproj.io/appprojects'));
  const account: Place = { kind: 'identity', key: toAccountKey(deputy.namespace, deputy.account) };
  if (limits === undefined) {
    for (const gift of deputy.gifts) {
      if (gift === 'mutation') site.give('webhook', { kind: 'admin' }, [need], deputy.footing);
      else site.give('confused-deputy', toGiven(gift, scope, deputy, account), [need], deputy.footing);
    }
  } else {
    site.give('confused-deputy', account, [need, project], deputy.footing);
    for (const namespace of site.around.namespaces.filter((candidate) => limits.some((limit) => isStarMatch(limit, candidate))))
      site.give('confused-deputy', { kind: 'control', scope: namespace }, [need], deputy.footing);
  }
}

function toGiven(gift: Exclude<Deputy['gifts'][number], 'mutation'>, scope: string, { namespace }: Deputy, account: Place): Place {
  switch (gift) {
    case 'account':
      return account;
    case 'accounts':
    case 'secrets':
      return { kind: gift, scope };
    case 'secrets-beside':
      return { kind: 'secrets', scope: namespace };
  }
}
