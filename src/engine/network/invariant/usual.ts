import { getArray, getAt, getNumber, getString, hasPoint, type JsonValue } from '../../../std/index.ts';
import { annotationsOf, podTemplateOf, refOf, type Fact, type KubernetesObject, type ObjectRef, type World } from '../../../model/index.ts';
import { listOutsideAllowed } from '../traffic/outside.ts';
import { readModel } from '../model.ts';
import { parseAddress } from '../address.ts';
import { toPortPoint } from '../port-set.ts';
import { portsWith } from '../row.ts';
import { listEndpoints } from '../traffic/endpoints.ts';
import { listExposures } from '../traffic/exposures.ts';
import { findService } from '../traffic/service.ts';
import { findDns, portOfDns, withUnknown } from '../traffic/proxy.ts';
import type { Workload } from '../workload.ts';
import { listDecidingLines, portsBetween } from './pair.ts';
import { readPorts } from './rule.ts';

/**
 * What nobody wants broken: workloads may ask the cluster's DNS, the API server reaches webhooks and aggregated APIs, proxies reach
 * the backends of their routes, Prometheus reaches what says that it is to be scraped. Probes come from a pod's own node, which
 * policies always let in.
 */
export function listUsualBroken(world: World): readonly Fact[] {
  return [...listWithoutDns(world), ...listUnreachedCallbacks(world), ...listUnreachedBackends(world), ...listUnscraped(world)];
}

function toFact(code: string, ref: ObjectRef, data: Fact['data'], objects: Fact['objects']): Fact {
  return {
    engine: 'network',
    code,
    severity: 'warning',
    key: `usual ${code} ${Object.values(data).map(String).join(' ')}`,
    subject: ref,
    data,
    objects,
  };
}

const NODE_CACHE = parseAddress('169.254.20.10') ?? 0n;

function listWithoutDns(world: World): readonly Fact[] {
  if (readModel(world).evaluation.side.policies.every(({ egress }) => egress === undefined)) return [];
  const seen = withUnknown(world);
  const { evaluation, slotOf, workloads, frame } = readModel(seen);
  const servers = findDns(seen);
  return workloads.flatMap((workload) => {
    const slot = slotOf.get(workload) ?? -1;
    const policies = evaluation.selecting('egress', slot);
    const object = policies.length > 0 ? world.get(workload.ref) : undefined;
    const dnsPolicy = getString(object === undefined ? undefined : podTemplateOf(object)?.spec, 'dnsPolicy') ?? 'ClusterFirst';
    if (object === undefined || dnsPolicy === 'Default' || dnsPolicy === 'None') return [];
    const isServed = servers.every((server) => hasPoint(portsBetween(seen, workload, server), toPortPoint('UDP', portOfDns(server))));
    const toCache = frame.ports.get(portsWith(evaluation.row('egress', slot), frame.universe.atomAt(NODE_CACHE)));
    if (isServed || hasPoint(toCache, toPortPoint('UDP', 53))) return [];
    return [
      toFact(
        'KN0203',
        workload.ref,
        { workload: workload.name },
        policies.map(({ ref }) => ({ ref, path: '/spec' })),
      ),
    ];
  });
}

/** A Service that the API server calls. */
export interface Callback {
  readonly by: KubernetesObject;
  readonly path: string;
  readonly service: JsonValue;
}

/** The Services that webhooks, conversions and aggregated APIs name. */
export function listCallbacks(world: World): readonly Callback[] {
  const webhooks = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].flatMap((kind) =>
    world.byKind('admissionregistration.k8s.io', kind).flatMap((by) =>
      getArray(by, 'webhooks').map((webhook, index) => ({
        by,
        path: `/webhooks/${index}/clientConfig/service`,
        service: fieldOf(webhook, 'clientConfig'),
      })),
    ),
  );
  const conversions = world.byKind('apiextensions.k8s.io', 'CustomResourceDefinition').map((by) => ({
    by,
    path: '/spec/conversion/webhook/clientConfig/service',
    service: fieldOf(by, 'spec', 'conversion', 'webhook', 'clientConfig'),
  }));
  const apis = world
    .byKind('apiregistration.k8s.io', 'APIService')
    .map((by) => ({ by, path: '/spec/service', service: fieldOf(by, 'spec') }));
  return [...webhooks, ...conversions, ...apis];
}

function fieldOf(value: JsonValue, ...path: readonly string[]): JsonValue {
  return getAt(value, ...path, 'service') ?? null;
}

/** The API server calls from the address of a node that is rarely known: it is kept out for sure where no address gets in. */
function listUnreachedCallbacks(world: World): readonly Fact[] {
  return listCallbacks(world).flatMap(({ by, path, service: wanted }) => {
    const [namespace = '', name = ''] = [getString(wanted, 'namespace'), getString(wanted, 'name')];
    const service = findService(world, namespace, name);
    const own = service?.ports.find(({ port }) => port === (getNumber(wanted, 'port') ?? 443));
    if (service === undefined || own === undefined) return [];
    return listEndpoints(world, service, own).flatMap(({ workload, port, protocol }) => {
      if (workload === undefined || port === undefined || workload.hostNetwork) return [];
      if (listOutsideAllowed(world, 'ingress', workload, { protocol, port }).cuts.length > 0) return [];
      const lines = listDecidingLines(world, '192.0.2.1', workload.name, readPorts([`${port}/${protocol}`]));
      const data = {
        by: `${by.kind} ${refOf(by).name}`,
        service: `${namespace}/${name}`,
        workload: workload.name,
        ports: `${protocol} ${port}`,
      };
      return [toFact('KN0204', refOf(by), data, [...lines, { ref: refOf(by), path }])];
    });
  });
}

function listUnreachedBackends(world: World): readonly Fact[] {
  const told = new Map<string, Fact>();
  for (const { workload, kind, state, reason, by, hops, target, protocol } of listExposures(world)) {
    const isProxied = kind === 'gateway' || kind === 'ingress' || kind === 'route';
    const route = hops.findLast(({ ref }) => ref.kind !== 'Service');
    if (!isProxied || state !== 'blocked' || by?.ref.kind.endsWith('Policy') !== true || route === undefined) continue;
    const data = {
      route: `${route.ref.kind} ${route.ref.namespace ?? ''}/${route.ref.name}`,
      workload: workload.name,
      ports: `${protocol} ${target}`,
      reason,
    };
    const fact = toFact('KN0205', route.ref, data, [by, { ref: route.ref, path: route.path }]);
    told.set(fact.key, fact);
  }
  return [...told.values()];
}

/** A port that Prometheus is to read. */
export interface Scrape {
  readonly scraper: Workload;
  readonly workload: Workload;
  readonly port: number;
}

/** What the annotations of workloads ask Prometheus to read, where it is among the objects. */
export function listScrapes(world: World): readonly Scrape[] {
  const { workloads } = readModel(world);
  const scrapers = workloads.filter(
    ({ labels }) => labels.get('app.kubernetes.io/name') === 'prometheus' || labels.get('app') === 'prometheus',
  );
  if (scrapers.length === 0) return [];
  return workloads.flatMap((workload) => {
    const port = readScrapedPort(world, workload);
    if (port === undefined) return [];
    return scrapers.filter((scraper) => scraper !== workload).map((scraper) => ({ scraper, workload, port }));
  });
}

function listUnscraped(world: World): readonly Fact[] {
  return listScrapes(world)
    .filter(({ scraper, workload, port }) => !hasPoint(portsBetween(world, scraper, workload), toPortPoint('TCP', port)))
    .map(({ scraper, workload, port }) => {
      const lines = listDecidingLines(world, scraper.name, workload.name, readPorts([String(port)]));
      return toFact('KN0206', workload.ref, { scraper: scraper.name, workload: workload.name, ports: `TCP ${port}` }, lines);
    });
}

/** The port that the annotations of old say is to be scraped. */
function readScrapedPort(world: World, { ref }: Workload): number | undefined {
  const object = world.get(ref);
  const template = object === undefined ? undefined : podTemplateOf(object);
  if (object === undefined || template === undefined) return undefined;
  const annotations = annotationsOf({ ...object, metadata: template.metadata });
  const port = Number(annotations.get('prometheus.io/port') ?? '');
  return annotations.get('prometheus.io/scrape') === 'true' && Number.isInteger(port) && port > 0 ? port : undefined;
}
