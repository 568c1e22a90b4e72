import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { listAttachments, listGatewayEntries } from '../../../../src/engine/network/traffic/gateway.ts';
import { namespace } from '../objects.ts';
import { gateway, grant, listener, object, route } from './objects.ts';

const GROUP = 'gateway.networking.k8s.io';
const INFRA = 'infra/gw';
const EVERYWHERE = { allowedRoutes: { namespaces: { from: 'All' } } };
const NAMESPACES = [namespace('infra'), namespace('web', { tier: 'backend' }), namespace('other')];
const AT_GATEWAY = { name: 'gw', namespace: 'infra' };
const SET = (spec: KubernetesObject['metadata']): KubernetesObject =>
  object(`${GROUP}/v1`, 'ListenerSet', 'web/set', { spec: { parentRef: AT_GATEWAY, ...spec } });

/** `taken listener(host,host)` of each listener, or the reason why the route is not accepted. */
function attachments(objects: readonly KubernetesObject[]): readonly string[] {
  return listAttachments(World.of([...NAMESPACES, ...objects])).map(({ taken, reason }) =>
    reason === undefined ? taken.map(({ listener: { name }, hosts }) => `${name}(${hosts.join()})`).join(' ') : reason,
  );
}

// The names are those of the conformance tests of the Gateway API, whose verdicts these are.
const cases: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly want: readonly string[] }[] = [
  {
    name: 'HTTPRouteSimpleSameNamespace',
    objects: [gateway(INFRA, [listener('http')]), route('HTTPRoute', 'infra/r', [{ name: 'gw' }])],
    want: ['http()'],
  },
  {
    name: 'HTTPRouteCrossNamespace',
    objects: [
      gateway(INFRA, [
        listener('http', { allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels: { tier: 'backend' } } } } }),
      ]),
      route('HTTPRoute', 'web/r', [AT_GATEWAY]),
      route('HTTPRoute', 'other/r', [AT_GATEWAY]),
    ],
    want: ['NotAllowedByListeners', 'http()'],
  },
  {
    name: 'HTTPRouteInvalidCrossNamespaceParentRef',
    objects: [gateway(INFRA, [listener('http')]), route('HTTPRoute', 'web/r', [AT_GATEWAY])],
    want: ['NotAllowedByListeners'],
  },
  {
    name: 'HTTPRouteInvalidParentRefNotMatchingSectionName',
    objects: [gateway(INFRA, [listener('http', EVERYWHERE)]), route('HTTPRoute', 'web/r', [{ ...AT_GATEWAY, sectionName: 'none' }])],
    want: ['NoMatchingParent'],
  },
  {
    name: 'HTTPRouteInvalidParentRefSectionNameNotMatchingPort',
    objects: [
      gateway(INFRA, [listener('http', EVERYWHERE)]),
      route('HTTPRoute', 'web/r', [{ ...AT_GATEWAY, sectionName: 'http', port: 81 }]),
    ],
    want: ['NoMatchingParent'],
  },
  {
    name: 'HTTPRouteInvalidParentRefNotMatchingListenerPort',
    objects: [gateway(INFRA, [listener('http', EVERYWHERE)]), route('HTTPRoute', 'web/r', [{ ...AT_GATEWAY, port: 8080 }])],
    want: ['NoMatchingParent'],
  },
  {
    name: 'HTTPRouteListenerPortMatching',
    objects: [
      gateway(INFRA, [listener('one', EVERYWHERE), listener('two', { ...EVERYWHERE, port: 8080 })]),
      route('HTTPRoute', 'web/r', [{ ...AT_GATEWAY, port: 8080 }]),
    ],
    want: ['two()'],
  },
  {
    name: 'HTTPRouteDisallowedKind',
    objects: [
      gateway(INFRA, [listener('tls', { ...EVERYWHERE, protocol: 'TLS', port: 443, tls: { mode: 'Passthrough' } })]),
      route('HTTPRoute', 'web/r', [AT_GATEWAY]),
      route('TLSRoute', 'web/r', [AT_GATEWAY]),
    ],
    want: ['NotAllowedByListeners', 'tls()'],
  },
  {
    name: 'GatewayInvalidRouteKind (a kind that the protocol cannot carry is dropped)',
    objects: [
      gateway(INFRA, [
        listener('http', { allowedRoutes: { namespaces: { from: 'All' }, kinds: [{ kind: 'TCPRoute' }, { kind: 'HTTPRoute' }] } }),
      ]),
      route('GRPCRoute', 'web/r', [AT_GATEWAY]),
      route('HTTPRoute', 'web/r', [AT_GATEWAY]),
      route('TCPRoute', 'web/r', [AT_GATEWAY]),
    ],
    want: ['NotAllowedByListeners', 'http()', 'NotAllowedByListeners'],
  },
  {
    name: 'HTTPRouteHostnameIntersection',
    objects: [
      gateway(INFRA, [
        listener('exact', { ...EVERYWHERE, hostname: 'very.specific.com' }),
        listener('wild', { ...EVERYWHERE, hostname: '*.wildcard.io' }),
        listener('other', { ...EVERYWHERE, hostname: '*.anotherwildcard.io' }),
      ]),
      route('HTTPRoute', 'web/a', [AT_GATEWAY], { hostnames: ['non.matching.com', '*.nonmatchingwildcard.io', 'very.specific.com'] }),
      route('HTTPRoute', 'web/b', [AT_GATEWAY], { hostnames: ['foo.wildcard.io', 'foo.bar.wildcard.io', 'wildcard.io'] }),
      route('HTTPRoute', 'web/c', [AT_GATEWAY], { hostnames: ['*.anotherwildcard.io'] }),
      route('HTTPRoute', 'web/d', [AT_GATEWAY], { hostnames: ['*.specific.com'] }),
      route('HTTPRoute', 'web/e', [AT_GATEWAY], { hostnames: ['specific.but.wrong.com', 'wildcard.io'] }),
      route('HTTPRoute', 'web/f', [AT_GATEWAY]),
    ],
    want: [
      'exact(very.specific.com)',
      'wild(foo.wildcard.io,foo.bar.wildcard.io)',
      'other(*.anotherwildcard.io)',
      'exact(very.specific.com)',
      'NoMatchingListenerHostname',
      'exact(very.specific.com) wild(*.wildcard.io) other(*.anotherwildcard.io)',
    ],
  },
  {
    name: 'TLSRouteHostnameIntersection',
    objects: [
      gateway(INFRA, [
        listener('tls', { ...EVERYWHERE, protocol: 'TLS', port: 443, hostname: '*.example.com', tls: { mode: 'Passthrough' } }),
      ]),
      route('TLSRoute', 'web/r', [AT_GATEWAY], { hostnames: ['abc.example.com', 'example.org'] }),
    ],
    want: ['tls(abc.example.com)'],
  },
  {
    name: 'TCPRoute and UDPRoute (hosts mean nothing)',
    objects: [
      gateway(INFRA, [
        listener('tcp', { ...EVERYWHERE, protocol: 'TCP', port: 5432 }),
        listener('udp', { ...EVERYWHERE, protocol: 'UDP', port: 53 }),
        listener('ended', { ...EVERYWHERE, protocol: 'TLS', port: 853 }),
      ]),
      route('TCPRoute', 'web/r', [AT_GATEWAY]),
      route('UDPRoute', 'web/r', [AT_GATEWAY]),
    ],
    want: ['tcp() ended()', 'udp()'],
  },
  {
    name: 'a Service as the parent is a mesh, and no parent here',
    objects: [route('HTTPRoute', 'web/r', [{ group: '', kind: 'Service', name: 'x' }])],
    want: [],
  },
  {
    name: 'ListenerSetAllowedNamespaceNone (the default)',
    objects: [
      gateway(INFRA, [listener('http')]),
      SET({ listeners: [listener('own', { port: 81 })] }),
      route('HTTPRoute', 'web/r', [{ kind: 'ListenerSet', name: 'set' }]),
    ],
    want: ['own()'],
  },
];
for (const { name, objects, want } of cases) {
  test(`Gateway API, attachment: ${name}`, () => {
    assert.deepEqual(attachments(objects), want);
  });
}

const BACKEND = { backendRefs: [{ name: 'api', namespace: 'other', port: 80 }] };
const FROM_WEB = { kind: 'HTTPRoute', namespace: 'web' };
const base = [gateway(INFRA, [listener('http', EVERYWHERE)]), route('HTTPRoute', 'web/r', [AT_GATEWAY], { rules: [BACKEND] })];

const grants: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly isOpen: boolean }[] = [
  { name: 'HTTPRouteInvalidCrossNamespaceBackendRef', objects: [], isOpen: false },
  { name: 'HTTPRouteReferenceGrant', objects: [grant('other/g', FROM_WEB, { kind: 'Service', name: 'api' })], isOpen: true },
  { name: 'a grant without a name is for all', objects: [grant('other/g', FROM_WEB, { kind: 'Service' })], isOpen: true },
  {
    name: 'HTTPRouteInvalidReferenceGrant (in the wrong namespace)',
    objects: [grant('web/g', FROM_WEB, { kind: 'Service' })],
    isOpen: false,
  },
  {
    name: 'HTTPRouteInvalidReferenceGrant (from another kind)',
    objects: [grant('other/g', { ...FROM_WEB, kind: 'TLSRoute' }, { kind: 'Service' })],
    isOpen: false,
  },
  {
    name: 'HTTPRouteInvalidReferenceGrant (from another namespace)',
    objects: [grant('other/g', { ...FROM_WEB, namespace: 'infra' }, { kind: 'Service' })],
    isOpen: false,
  },
  {
    name: 'HTTPRouteInvalidReferenceGrant (to another name)',
    objects: [grant('other/g', FROM_WEB, { kind: 'Service', name: 'apis' })],
    isOpen: false,
  },
  {
    name: 'HTTPRouteInvalidReferenceGrant (from and to of two grants do not add up)',
    objects: [grant('other/f', FROM_WEB, { kind: 'Secret' }), grant('other/g', { ...FROM_WEB, namespace: 'infra' }, { kind: 'Service' })],
    isOpen: false,
  },
];
for (const { name, objects, isOpen } of grants) {
  test(`Gateway API, ReferenceGrant: ${name}`, () => {
    const [entry] = listGatewayEntries(World.of([...NAMESPACES, ...base, ...objects]));
    assert.equal(entry?.backends[0]?.problem === undefined, isOpen, entry?.backends[0]?.problem);
  });
}

/** The problems of the entries of route `web/r` at a Gateway or ListenerSet, an empty string where there is none. */
function problems(objects: readonly KubernetesObject[]): readonly string[] {
  const entries = listGatewayEntries(World.of([...NAMESPACES, ...objects]));
  return entries.map(({ doorways, problem = '' }) => `${doorways.map(({ listener: from }) => from?.name).join()}: ${problem}`);
}

const SECURE = { ...EVERYWHERE, protocol: 'HTTPS', port: 443, tls: { certificateRefs: [{ name: 'cert', namespace: 'other' }] } };
const admitting = (from: string): KubernetesObject =>
  gateway(INFRA, [listener('http', EVERYWHERE)], { allowedListeners: { namespaces: { from } } });
const AT_SET = route('HTTPRoute', 'web/r', [{ kind: 'ListenerSet', name: 'set' }], { rules: [BACKEND] });
const broken: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly want: readonly string[] }[] = [
  {
    name: 'GatewaySecretMissingReferenceGrant',
    objects: [gateway(INFRA, [listener('https', SECURE)]), route('HTTPRoute', 'web/r', [AT_GATEWAY], { rules: [BACKEND] })],
    want: ['https: no ReferenceGrant lets it use the Secret other/cert'],
  },
  {
    name: 'GatewaySecretReferenceGrantSpecific',
    objects: [
      gateway(INFRA, [listener('https', SECURE)]),
      route('HTTPRoute', 'web/r', [AT_GATEWAY], { rules: [BACKEND] }),
      grant('other/g', { kind: 'Gateway', namespace: 'infra' }, { kind: 'Secret', name: 'cert' }),
    ],
    want: ['https: '],
  },
  {
    name: 'GatewayInvalidListenersUnsupportedProtocol',
    objects: [
      gateway(INFRA, [listener('odd', { ...EVERYWHERE, protocol: 'invalid' })]),
      route('HTTPRoute', 'web/r', [AT_GATEWAY], { rules: [BACKEND] }),
    ],
    want: [': no listener of Gateway infra/gw takes routes of its kind and namespace (NotAllowedByListeners)'],
  },
  {
    name: 'ListenerSetAllowedNamespaceNone',
    objects: [admitting('None'), SET({ listeners: [listener('own', { port: 81 })] }), AT_SET],
    want: ["own: the Gateway's allowedListeners do not admit the namespace web"],
  },
  {
    name: 'ListenerSetAllowedNamespaceAll',
    objects: [admitting('All'), SET({ listeners: [listener('own', { port: 81 })] }), AT_SET],
    want: ['own: '],
  },
  {
    name: 'ListenerSetAllowedNamespaceSame',
    objects: [admitting('Same'), SET({ listeners: [listener('own', { port: 81 })] }), AT_SET],
    want: ["own: the Gateway's allowedListeners do not admit the namespace web"],
  },
  {
    name: 'ListenerSetHostnameConflict',
    objects: [admitting('All'), SET({ listeners: [listener('own')] }), AT_SET],
    want: ['own: an earlier listener has its port, protocol and hostname'],
  },
];
for (const { name, objects, want } of broken) {
  test(`Gateway API, listeners: ${name}`, () => {
    assert.deepEqual(problems(objects), want);
  });
}
