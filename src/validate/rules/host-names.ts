import { containersOf, podTemplateOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getString, type JsonValue, type Path } from '../../std/index.ts';
import { listWorkloads } from './workloads.ts';

/** The DNS name of a Service that a container is told. */
export interface HostName {
  readonly referrer: KubernetesObject;
  readonly path: Path;
  /** As it is written. */
  readonly text: string;
  readonly service: string;
  readonly namespace: string;
  readonly port: number | undefined;
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/** A name of the form `[POD.]SERVICE.NAMESPACE.svc[.cluster.local][:PORT]` within a text; names with a part that is filled in later are none. */
interface WrittenName {
  readonly text: string;
  readonly service: string;
  readonly namespace: string;
  readonly port: number | undefined;
}

/** The DNS names of Services in a text, in its order. Linear in its length. */
export function readHostNames(text: string): readonly WrittenName[] {
  if (!text.includes('.svc')) return [];
  const found: WrittenName[] = [];
  for (const { 0: word, index } of text.matchAll(/[\w.:-]+/g)) {
    const before = text.charAt(index - 1);
    const isFilledIn = /[)}%>*]/.test(before) && !word.startsWith('.');
    const name = isFilledIn ? undefined : readName(word);
    if (name !== undefined) found.push(name);
  }
  return found;
}

function readName(word: string): WrittenName | undefined {
  const [host = '', port = ''] = word.split(':');
  const labels = host.replace(/\.$/, '').split('.');
  const at = labels.lastIndexOf('svc');
  const suffix = labels.slice(at + 1).join('.');
  const [service = '', namespace = ''] = labels.slice(at - 2, at);
  if (at < 2 || (suffix !== '' && suffix !== 'cluster.local') || !LABEL.test(service) || !LABEL.test(namespace)) return undefined;
  return { text: word, service, namespace, port: /^\d{1,5}$/.test(port) ? Number(port) : undefined };
}

/** Every DNS name of a Service in the environment, the commands and the arguments of containers. */
export function listHostNames(world: World): readonly HostName[] {
  return world.derive(findHostNames);
}

function findHostNames(world: World): readonly HostName[] {
  return listWorkloads(world).flatMap(({ object, template, controlled }) => {
    if (controlled || podTemplateOf(object) === undefined) return [];
    return containersOf(template.spec).flatMap(({ container, path }) => {
      const at = [...template.path, 'spec', ...path];
      return [
        ...getArray(container, 'env').flatMap((item, index) => read(object, getString(item, 'value'), [...at, 'env', index, 'value'])),
        ...['command', 'args'].flatMap((field) =>
          getArray(container, field).flatMap((item, index) => read(object, item, [...at, field, index])),
        ),
      ];
    });
  });
}

function read(referrer: KubernetesObject, text: JsonValue | undefined, path: Path): readonly HostName[] {
  return typeof text === 'string' ? readHostNames(text).map((name) => ({ referrer, path, ...name })) : [];
}
