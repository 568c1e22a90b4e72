import { getArray, getAt, getNumber, getObject, getString, type JsonValue } from '../../../std/index.ts';
import { annotationsOf, namespaceOf, nameOf, refOf, specOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { EVERY_PATH, type Backend, type Doorway, type Entry, type PathMatch, type Proxy } from './entry.ts';

const CLASS_GROUP = 'networking.k8s.io';

/**
 * What the Ingresses of a world let in (`networking.k8s.io/v1`): a rule for each path, with its backend. The default backend
 * takes what no rule does. Which class an Ingress is of comes from its field, else the old annotation, else the default class.
 */
export function listIngressEntries(world: World): readonly Entry[] {
  return world.byKind('networking.k8s.io', 'Ingress').flatMap((ingress) => readIngress(world, ingress));
}

function readIngress(world: World, ingress: KubernetesObject): readonly Entry[] {
  const { proxy, problem } = findProxy(world, ingress);
  const spec = specOf(ingress);
  const secure = getArray(spec, 'tls');
  const isSecure = (host: string): boolean =>
    secure.some((item) => {
      const hosts = getArray(item, 'hosts');
      return hosts.length === 0 || hosts.includes(host);
    });
  const toEntry = (path: string, host: string, match: PathMatch, backend: JsonValue | undefined): Entry => ({
    ref: refOf(ingress),
    path,
    host,
    match,
    isConditional: false,
    isFallback: path === '/spec/defaultBackend' && host === '',
    proxy,
    doorways: [toDoorway(80), ...(isSecure(host) ? [toDoorway(443)] : [])],
    backends: readBackend(backend, path === '/spec/defaultBackend' ? path : `${path}/backend`, namespaceOf(ingress) ?? ''),
    problem,
  });
  const rules = getArray(spec, 'rules').flatMap((rule, index) => {
    const host = (getString(rule, 'host') ?? '').toLowerCase();
    const paths = getArray(rule, 'http', 'paths');
    const fallback = getAt(spec, 'defaultBackend');
    if (paths.length === 0) return fallback === undefined ? [] : [toEntry('/spec/defaultBackend', host, EVERY_PATH, fallback)];
    return paths.map((item, at) => toEntry(`/spec/rules/${index}/http/paths/${at}`, host, readMatch(item), getAt(item, 'backend')));
  });
  const fallback = getObject(spec, 'defaultBackend');
  return fallback === undefined ? rules : [...rules, toEntry('/spec/defaultBackend', '', EVERY_PATH, fallback)];
}

function toDoorway(port: number): Doorway {
  return { protocol: 'TCP', port, listener: undefined };
}

function readMatch(item: JsonValue): PathMatch {
  const [value, type] = [getString(item, 'path') ?? '/', getString(item, 'pathType')];
  if (type === 'Exact') return { kind: 'exact', value };
  return type === 'Prefix' ? { kind: 'prefix', value } : { kind: /[*()[\]\\|?+^$]/.test(value) ? 'other' : 'prefix', value };
}

function readBackend(backend: JsonValue | undefined, path: string, namespace: string): readonly Backend[] {
  const name = getString(backend, 'service', 'name');
  if (name === undefined) return [];
  const port = getNumber(backend, 'service', 'port', 'number') ?? getString(backend, 'service', 'port', 'name');
  return [{ path: `${path}/service`, namespace, name, port, problem: undefined, isIdle: false, isMirror: false }];
}

function findProxy(world: World, ingress: KubernetesObject): { readonly proxy: Proxy; readonly problem: string | undefined } {
  const classes = world.byKind(CLASS_GROUP, 'IngressClass');
  const asked = getString(specOf(ingress), 'ingressClassName') ?? annotationsOf(ingress).get('kubernetes.io/ingress.class');
  const named = asked === undefined ? classes.find(isDefault) : classes.find((item) => nameOf(item) === asked);
  const proxy: Proxy = {
    kind: 'ingress',
    name: asked ?? (named === undefined ? '' : nameOf(named)),
    ref: named === undefined ? undefined : refOf(named),
  };
  const isNobodys = asked === undefined && named === undefined && classes.length > 0;
  return { proxy, problem: isNobodys ? 'it names no IngressClass, and none is the default' : undefined };
}

function isDefault(ingressClass: KubernetesObject): boolean {
  return annotationsOf(ingressClass).get('ingressclass.kubernetes.io/is-default-class') === 'true';
}
