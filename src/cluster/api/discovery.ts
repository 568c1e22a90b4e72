import { getArray, getString, parseJson, type JsonValue } from '../../std/index.ts';
import type { ResourceType } from '../port.ts';
import type { ApiAnswer, ApiRequest } from './transport.ts';

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

type Ask = (request: ApiRequest) => Promise<ApiAnswer>;

/**
 * The resources that can be read, the preferred version of each group first: by aggregated discovery (KEP-3352), by one
 * request for each group and version where a server does not know that. Unchanged answers are not sent again (ETag).
 */
export class Discovery {
  readonly #must: Ask;
  readonly #ask: Ask;
  readonly #known = new Map<string, { readonly tag: string; readonly types: readonly ResourceType[] }>();

  /** `must` throws for an answer that is a refusal, `ask` gives it. */
  constructor(must: Ask, ask: Ask) {
    this.#must = must;
    this.#ask = ask;
  }

  async list(): Promise<readonly ResourceType[]> {
    const [core, groups] = await Promise.all([this.#read('/api'), this.#read('/apis')]);
    return [...core, ...groups];
  }

  async #read(path: string): Promise<readonly ResourceType[]> {
    const known = this.#known.get(path);
    const headers = known === undefined ? {} : { 'if-none-match': known.tag };
    const answer = await this.#must({ method: 'GET', path, accept: AGGREGATED, isRepeatable: true, headers });
    if (answer.status === 304 && known !== undefined) return known.types;
    const value = parseJson(answer.text);
    if (getString(value, 'kind') !== 'APIGroupDiscoveryList') return this.#readEach(path, value);
    const types = getArray(value, 'items').flatMap(toTypes);
    const tag = answer.headers.etag;
    if (tag !== undefined) this.#known.set(path, { tag, types });
    return types;
  }

  async #readEach(path: string, value: JsonValue): Promise<readonly ResourceType[]> {
    const versions =
      path === '/api'
        ? getArray(value, 'versions').map(String)
        : getArray(value, 'groups').flatMap((group) => {
            const all = getArray(group, 'versions').map((version) => getString(version, 'groupVersion') ?? '');
            const preferred = getString(group, 'preferredVersion', 'groupVersion') ?? '';
            return [preferred, ...all.filter((version) => version !== preferred)];
          });
    // An aggregated API whose server is not well has nothing to say.
    const answers = await Promise.all(
      versions.map(async (version) => {
        const answer = await this.#ask({ method: 'GET', path: `${path}/${version}`, isRepeatable: true });
        return answer.status === 200 ? toLegacyTypes(parseJson(answer.text)) : [];
      }),
    );
    return answers.flat();
  }
}

function toTypes(item: JsonValue): readonly ResourceType[] {
  const group = getString(item, 'metadata', 'name') ?? '';
  return getArray(item, 'versions').flatMap((served) => {
    const version = getString(served, 'version') ?? '';
    return getArray(served, 'resources').flatMap((resource): readonly ResourceType[] => {
      const kind = getString(resource, 'responseKind', 'kind');
      const plural = getString(resource, 'resource');
      if (kind === undefined || plural === undefined || !isReadable(resource)) return [];
      const subresources = getArray(resource, 'subresources').flatMap((sub) => getString(sub, 'subresource') ?? []);
      return [{ group, version, kind, plural, namespaced: getString(resource, 'scope') === 'Namespaced', subresources }];
    });
  });
}

function isReadable(resource: JsonValue): boolean {
  const verbs = getArray(resource, 'verbs');
  return verbs.includes('list') && verbs.includes('get');
}

function toLegacyTypes(list: JsonValue): readonly ResourceType[] {
  const [group = '', version = ''] = splitGroupVersion(getString(list, 'groupVersion') ?? '');
  const resources = getArray(list, 'resources');
  const names = resources.map((resource) => getString(resource, 'name') ?? '');
  return resources.flatMap((resource): readonly ResourceType[] => {
    const plural = getString(resource, 'name') ?? '';
    const kind = getString(resource, 'kind');
    if (kind === undefined || plural === '' || plural.includes('/') || !isReadable(resource)) return [];
    const subresources = names.flatMap((name) => (name.startsWith(`${plural}/`) ? [name.slice(plural.length + 1)] : []));
    return [{ group, version, kind, plural, namespaced: isNamespaced(resource), subresources }];
  });
}

function isNamespaced(resource: JsonValue): boolean {
  return typeof resource === 'object' && resource !== null && 'namespaced' in resource && resource['namespaced'] === true;
}

function splitGroupVersion(text: string): readonly string[] {
  return text.includes('/') ? text.split('/') : ['', text];
}
