import { annotationsOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getAt, getString, stringifyJson, type Path } from '../../std/index.ts';
import { formatObject, listOne, identityOf } from './lookup.ts';
import { DOUBTFUL, type DanglingReference, type Rule } from './rule.ts';

interface Route {
  readonly ingress: KubernetesObject;
  readonly path: Path;
  /** Equal for routes of the very same requests. */
  readonly key: string;
  readonly request: string;
  readonly backend: string;
}

/** Of two paths of one host that match the same requests and lead elsewhere only one is served. */
export const ingressCollision: Rule = {
  code: 'KR0033',
  isOfManifests: true,
  find: (world) => {
    const first = new Map<string, Route>();
    return world.byKind('networking.k8s.io', 'Ingress').flatMap((ingress) => listRoutes(ingress).flatMap((route) => collide(route, first)));
  },
};

function collide(route: Route, first: Map<string, Route>): readonly DanglingReference[] {
  const other = first.get(route.key);
  if (other === undefined) first.set(route.key, route);
  if (other === undefined || other.backend === route.backend) return [];
  const identity = identityOf(other.ingress);
  return [
    {
      referrer: route.ingress,
      path: route.path,
      target: other.ingress === route.ingress ? 'the same Ingress' : formatObject(other.ingress),
      data: { request: route.request },
      severity: DOUBTFUL,
      isCertain: true,
      findTargets: (world) => listOne(world.get(identity)),
    },
  ];
}

// Their controllers tell routes apart by more than host and path: by weights, headers, methods.
const MORE_THAN_PATHS = /^nginx\.ingress\.kubernetes\.io\/canary|^nginx\.org\/mergeable-|\/conditions\.|^konghq\.com\/|\/router\.|\/match$/;

function listRoutes(ingress: KubernetesObject): readonly Route[] {
  const annotations = annotationsOf(ingress);
  if ([...annotations.keys()].some((key) => MORE_THAN_PATHS.test(key))) return [];
  const className = getString(ingress, 'spec', 'ingressClassName') ?? annotations.get('kubernetes.io/ingress.class') ?? '';
  return getArray(ingress, 'spec', 'rules').flatMap((rule, at) => {
    const host = getString(rule, 'host') ?? '';
    return getArray(rule, 'http', 'paths').map((item, index) => {
      const type = getString(item, 'pathType') ?? '';
      const text = getString(item, 'path') ?? '';
      const normal = type === 'Prefix' && text !== '/' ? text.replace(/\/$/, '') : text;
      const namespace = identityOf(ingress).namespace;
      return {
        ingress,
        path: ['spec', 'rules', at, 'http', 'paths', index, 'path'],
        key: [className, host, type, normal].join('\u0000'),
        request: `${host === '' ? '*' : host}${text}`,
        backend: `${namespace} ${stringifyJson(getAt(item, 'backend') ?? null)}`,
      };
    });
  });
}
