import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { getArray, getObject, getString, isObject, parseJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';

const DESCRIPTION = 'github';
const MEDIA_TYPE = 'application/json';

/** Checks requests against the OpenAPI description that GitHub publishes of its API (`@octokit/openapi`, api.github.com). */
export class GithubDescription {
  readonly #document: JsonObject;
  readonly #ajv = new Ajv({ strict: false, validateFormats: false, coerceTypes: false, allErrors: true });
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #templates: readonly { readonly template: string; readonly pattern: RegExp }[];

  private constructor(document: JsonObject) {
    this.#document = document;
    this.#ajv.addSchema(document, DESCRIPTION);
    this.#templates = Object.keys(getObject(document, 'paths') ?? {}).map((template) => ({
      template,
      pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
    }));
  }

  /** Reads the description; it is large. */
  static read(): GithubDescription {
    const file = fileURLToPath(import.meta.resolve('@octokit/openapi/generated/api.github.com.json'));
    const document = parseJson(readFileSync(file, 'utf8'));
    if (!isObject(document)) throw new Error(`${file} holds no description`);
    return new GithubDescription(document);
  }

  /** What is wrong with a request: its path, its query, its body; nothing where it is as described. */
  listProblems(method: string, url: URL, body: JsonValue | undefined): readonly string[] {
    const [found] = this.#templates.filter(({ pattern }) => pattern.test(url.pathname)).toSorted((a, b) => wildcards(a) - wildcards(b));
    const verb = method.toLowerCase();
    const operation = found === undefined ? undefined : getObject(this.#document, 'paths', found.template, verb);
    if (found === undefined || operation === undefined) return [`${method} ${url.pathname}: there is no such operation`];
    const at = ['paths', found.template, verb];
    return [...this.#checkQuery(operation, url), ...this.#checkBody(operation, at, body)].map(
      (problem) => `${method} ${found.template}: ${problem}`,
    );
  }

  #checkQuery(operation: JsonObject, url: URL): readonly string[] {
    const parameters = getArray(operation, 'parameters').map((item) => this.#resolve(item));
    const known = parameters.filter((item) => getString(item, 'in') === 'query').map((item) => getString(item, 'name'));
    return [...url.searchParams.keys()].filter((name) => !known.includes(name)).map((name) => `no query parameter is called ${name}`);
  }

  #checkBody(operation: JsonObject, at: readonly string[], body: JsonValue | undefined): readonly string[] {
    const described = getObject(operation, 'requestBody', 'content', MEDIA_TYPE, 'schema');
    if (described === undefined) return body === undefined ? [] : ['it takes no body'];
    if (body === undefined) return operation['requestBody'] !== undefined ? ['it needs a body'] : [];
    const names = Object.keys(getObject(described, 'properties') ?? {});
    const unknown = isObject(body) && names.length > 0 ? Object.keys(body).filter((name) => !names.includes(name)) : [];
    const validate = this.#compile([...at, 'requestBody', 'content', MEDIA_TYPE, 'schema']);
    const faults = validate(body) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? 'is wrong'}`);
    return [...unknown.map((name) => `no field is called ${name}`), ...faults];
  }

  #compile(path: readonly string[]): ValidateFunction {
    const pointer = path.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const known = this.#compiled.get(pointer) ?? this.#ajv.compile({ $ref: `${DESCRIPTION}#/${pointer}` });
    this.#compiled.set(pointer, known);
    return known;
  }

  #resolve(item: JsonValue): JsonValue | undefined {
    const reference = getString(item, '$ref');
    return reference === undefined ? item : getObject(this.#document, ...reference.slice(2).split('/'));
  }
}

function wildcards({ template }: { readonly template: string }): number {
  return template.split('{').length;
}
