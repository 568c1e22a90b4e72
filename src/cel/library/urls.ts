import { member, overload, type FunctionDeclaration } from '../declaration.ts';
import { EntryMap } from '../entry-map.ts';
import { sealed } from '../struct-type.ts';
import { BOOL, listOf, mapOf, STRING } from '../type.ts';
import { Failure, NO_SUCH_OVERLOAD, SealedValue, type Result } from '../value.ts';
import { parseQuery, parseRequestUrl, parseUrl, splitHost, type GoUrl } from './go-url.ts';
import type { Library } from './library.ts';

const URL_TYPE = sealed('kubernetes.URL');

class UrlValue extends SealedValue {
  readonly typeName = 'kubernetes.URL';
  override readonly goType = '*url.URL';
  readonly url: GoUrl;

  constructor(url: GoUrl) {
    super();
    this.url = url;
  }

  isEqual(other: this): boolean {
    return this.url.text === other.url.text;
  }
}

function getter(name: string, id: string, read: (url: GoUrl) => string): FunctionDeclaration {
  return { name, overloads: [member(id, [URL_TYPE], STRING, (value) => (value instanceof UrlValue ? read(value.url) : NO_SUCH_OVERLOAD))] };
}

function toUrl(text: string): Result {
  const url = parseUrl(text);
  return 'error' in url ? new Failure(`URL parse error during conversion from string: ${url.error}`) : new UrlValue(url);
}

/** URLs (`k8s.io/apiserver/pkg/cel/library/urls.go`). */
export const URLS: Library = {
  functions: [
    {
      name: 'url',
      overloads: [overload('string_to_url', [STRING], URL_TYPE, (text) => (typeof text === 'string' ? toUrl(text) : NO_SUCH_OVERLOAD))],
    },
    getter('getScheme', 'url_get_scheme', ({ scheme }) => scheme),
    getter('getHost', 'url_get_host', ({ host }) => host),
    getter('getHostname', 'url_get_hostname', ({ host }) => splitHost(host).name),
    getter('getPort', 'url_get_port', ({ host }) => splitHost(host).port),
    getter('getEscapedPath', 'url_get_escaped_path', ({ escapedPath }) => escapedPath),
    {
      name: 'getQuery',
      overloads: [
        member('url_get_query', [URL_TYPE], mapOf(STRING, listOf(STRING)), (value) =>
          value instanceof UrlValue ? new EntryMap(parseQuery(value.url.query)) : NO_SUCH_OVERLOAD,
        ),
      ],
    },
    {
      name: 'isURL',
      overloads: [
        overload('is_url_string', [STRING], BOOL, (text) =>
          typeof text === 'string' ? !('error' in parseRequestUrl(text)) : NO_SUCH_OVERLOAD,
        ),
      ],
    },
  ],
};
