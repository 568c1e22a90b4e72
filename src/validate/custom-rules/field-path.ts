import { getBoolean, getObject, type JsonObject, type Path } from '../../std/index.ts';

/** A field below the one that a rule stands at. */
export interface RulePath {
  readonly path: Path;
  /** As the server writes it. */
  readonly field: string;
}

const QUOTED = /^'(?:[^'\\]|\\.)*'$/s;
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
};

/**
 * The field that the `fieldPath` of a rule names (`ValidFieldPath` of apiextensions-apiserver, `schema/cel`); undefined for what
 * the schema has no field for.
 */
export function readFieldPath(text: string, schema: JsonObject): RulePath | undefined {
  const tokens = splitTokens(text);
  const path: string[] = [];
  let field = '';
  let at: JsonObject | undefined = schema;
  for (let index = 0; index < tokens.length;) {
    const isBracket: boolean = tokens[index] === '[';
    if (!isBracket && tokens[index] !== '.') return undefined;
    const name: string | undefined = isBracket ? unquote(tokens[index + 1]) : tokens[index + 1];
    if (name === undefined || (isBracket && tokens[index + 2] !== ']')) return undefined;
    const properties = getObject(at, 'properties');
    const next: JsonObject | undefined = properties === undefined ? entryOf(at) : getObject(properties, name);
    if (next === undefined) return undefined;
    field += properties === undefined ? `[${name}]` : field === '' ? name : `.${name}`;
    path.push(name);
    at = next;
    index += isBracket ? 3 : 2;
  }
  return path.length === 0 ? undefined : { path, field };
}

/** The schema of the entries of a map, whatever they may be. */
function entryOf(schema: JsonObject | undefined): JsonObject | undefined {
  return getBoolean(schema, 'additionalProperties') === true ? {} : getObject(schema, 'additionalProperties');
}

/** Dots, brackets, and what is between them; a text that begins with a quote goes on to the next one. */
function splitTokens(text: string): readonly string[] {
  return text.match(/'(?:[^'\\]|\\.|\\$)*'|'.*$|[.[\]]|[^.[\]']?[^.[\]]*/gs)?.filter((token) => token !== '') ?? [];
}

function unquote(token: string | undefined): string | undefined {
  if (token === undefined || !QUOTED.test(token)) return undefined;
  let isSound = true;
  const text = token.slice(1, -1).replace(/\\./gs, (escape) => {
    const meant = ESCAPES[escape.charAt(1)];
    if (meant === undefined) isSound = false;
    return meant ?? '';
  });
  return isSound ? text : undefined;
}
