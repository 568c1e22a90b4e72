import { getArray, getString } from '../../../std/index.ts';
import { podTemplateOf, type World } from '../../../model/index.ts';
import type { Workload } from '../workload.ts';
import { isPodOf, listSelected } from './endpoints.ts';
import { findService, type Service } from './service.ts';

/** What a name stands for, as a client would look it up; `names` are those of the aliases that led there, first to last. */
export type Named =
  | { readonly kind: 'service'; readonly service: Service; readonly names: readonly Alias[] }
  | { readonly kind: 'pod'; readonly service: Service; readonly workload: Workload; readonly names: readonly Alias[] }
  | { readonly kind: 'address'; readonly address: string; readonly names: readonly Alias[] }
  | { readonly kind: 'outside'; readonly host: string; readonly names: readonly Alias[] }
  | { readonly kind: 'cycle'; readonly names: readonly Alias[] }
  | { readonly kind: 'none'; readonly why: string; readonly names: readonly Alias[] };

/** An ExternalName Service, and the name it stands for. */
export interface Alias {
  readonly service: Service;
  readonly host: string;
}

/** The domain of a cluster that was set up without one of its own. */
export const CLUSTER_DOMAIN = 'cluster.local';

/** How a client looks names up: its `/etc/resolv.conf` and `/etc/hosts`, as the kubelet writes them. */
interface Resolver {
  readonly searches: readonly string[];
  readonly ndots: number;
  /** Whether the cluster's DNS is asked. */
  readonly asksCluster: boolean;
  readonly hosts: ReadonlyMap<string, string>;
}

const OUTSIDE: Resolver = { searches: [], ndots: 1, asksCluster: false, hosts: new Map() };

/**
 * Looks a name up as a pod's client does (`pkg/kubelet/network/dns/dns.go`, the DNS specification 1.1.0): its host aliases, then
 * the search domains of its namespace for names of fewer dots than `ndots`, then the name as it is. Without a sender in the
 * cluster names of Services mean nothing.
 */
export function resolveName(world: World, sender: Workload | undefined, text: string, domain: string = CLUSTER_DOMAIN): Named {
  const resolver = sender === undefined ? OUTSIDE : toResolver(world, sender, domain);
  const host = text.toLowerCase();
  const alias = resolver.hosts.get(host);
  if (alias !== undefined) return { kind: 'address', address: alias, names: [] };
  const tried = listTried(host, resolver);
  if (resolver.asksCluster) {
    for (const name of tried) {
      const found = lookUp(world, name, domain, []);
      if (found !== undefined) return found;
    }
  }
  const absolute = host.replace(/\.$/, '');
  if (isInside(world, absolute, tried, domain))
    return { kind: 'none', why: resolver.asksCluster ? 'no Service or pod has this name' : toUnasked(sender), names: [] };
  return { kind: 'outside', host: absolute, names: [] };
}

/** Whether a name can only be meant for the cluster: a single word, one of its domain, or one that starts as a name of it would. */
function isInside(world: World, name: string, tried: readonly string[], domain: string): boolean {
  if (!name.includes('.') || name === domain || name.endsWith(`.${domain}`) || name.endsWith('.svc')) return true;
  return tried.some((full) => {
    const [, service = '', namespace = '', kind] = full.split('.');
    return full.endsWith(`.${domain}`) && kind === 'svc' && findService(world, namespace, service) !== undefined;
  });
}

function toUnasked(sender: Workload | undefined): string {
  return sender === undefined
    ? 'the names of a cluster mean nothing outside of it'
    : `by its dnsPolicy ${sender.name} does not ask the cluster's DNS`;
}

function toResolver(world: World, { ref, namespace, hostNetwork }: Workload, domain: string): Resolver {
  const object = world.get(ref);
  const spec = object === undefined ? undefined : podTemplateOf(object)?.spec;
  const asked = getString(spec, 'dnsPolicy') ?? 'ClusterFirst';
  const asksCluster = asked === 'ClusterFirstWithHostNet' || (asked === 'ClusterFirst' && !hostNetwork);
  const own = getArray(spec, 'dnsConfig', 'searches').flatMap((item) => (typeof item === 'string' ? [item] : []));
  const option = getArray(spec, 'dnsConfig', 'options').find((item) => getString(item, 'name') === 'ndots');
  const ndots = Number(getString(option, 'value') ?? (asksCluster ? '5' : '1'));
  const hosts = getArray(spec, 'hostAliases').flatMap((item) =>
    getArray(item, 'hostnames').flatMap((name) =>
      typeof name === 'string' ? [[name.toLowerCase(), getString(item, 'ip') ?? ''] as const] : [],
    ),
  );
  const isOwnServer = asked === 'None' && getArray(spec, 'dnsConfig', 'nameservers').length > 0;
  const searches = asksCluster ? [`${namespace}.svc.${domain}`, `svc.${domain}`, domain] : [];
  return {
    searches: [...searches, ...own],
    ndots: Number.isFinite(ndots) ? ndots : 1,
    asksCluster: asksCluster || isOwnServer,
    hosts: new Map(hosts),
  };
}

function listTried(host: string, { searches, ndots }: Resolver): readonly string[] {
  if (host.endsWith('.')) return [host.slice(0, -1)];
  const searched = searches.map((search) => `${host}.${search.replace(/\.$/, '')}`);
  const dots = host.split('.').length - 1;
  return dots >= ndots ? [host, ...searched] : [...searched, host];
}

/** A full name in the cluster's DNS; undefined if it has no such name. */
function lookUp(world: World, name: string, domain: string, names: readonly Alias[]): Named | undefined {
  if (!name.endsWith(`.${domain}`)) return undefined;
  const labels = name.slice(0, -domain.length - 1).split('.');
  const kind = labels.pop();
  const namespace = labels.pop() ?? '';
  if (kind === 'pod' && labels.length === 1) return { kind: 'address', address: toAddress(labels[0] ?? ''), names };
  const service = kind === 'svc' ? findService(world, namespace, labels.at(-1) ?? '') : undefined;
  if (service === undefined || labels.length > 2) return undefined;
  if (labels.length === 2) {
    const host = labels[0] ?? '';
    const workload = service.isHeadless ? listSelected(world, service).find((item) => isPodOf(world, service, item, host)) : undefined;
    return workload === undefined ? undefined : { kind: 'pod', service, workload, names };
  }
  return service.type === 'ExternalName' ? followAlias(world, service, domain, names) : { kind: 'service', service, names };
}

function followAlias(world: World, service: Service, domain: string, names: readonly Alias[]): Named {
  const host = service.externalName.toLowerCase().replace(/\.$/, '');
  const followed = [...names, { service, host }];
  if (names.some((alias) => alias.service === service)) return { kind: 'cycle', names };
  if (!host.endsWith(`.${domain}`)) return { kind: 'outside', host, names: followed };
  return lookUp(world, host, domain, followed) ?? { kind: 'none', why: `no Service or pod has the name ${host}`, names: followed };
}

/** `10-0-0-7` as pods are named by their address. */
function toAddress(label: string): string {
  const dotted = label.replaceAll('-', '.');
  return /^\d+\.\d+\.\d+\.\d+$/.test(dotted) ? dotted : label.replaceAll('-', ':');
}
