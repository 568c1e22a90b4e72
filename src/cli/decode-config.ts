import { getArray, getAt, getObject, getString, isDay, isStarMatch, type JsonObject, type JsonValue, type Path } from '../std/index.ts';
import { CATALOG, KplanError, toSeverity, type SourceRange } from '../model/index.ts';
import { compileHealthRules, type HealthExpressions, type HealthRules } from '../reconcile/index.ts';
import { PROFILES, type PracticeChoice } from '../validate/index.ts';
import { UNIT_KINDS, type Config, type ConfigPath, type IgnoreRule } from './config.ts';
import { decodeReach } from './reach-config.ts';

/**
 * Decodes a configuration that its JSON Schema has passed; `toPath` says of each path where it is written. Throws
 * `INVALID_CONFIG` for an expression that does not compile, for a code that there is not and for a day of no calendar.
 */
export function decodeConfig(value: JsonValue, toPath: (text: string, path: Path) => ConfigPath): Config {
  const placeOf = (path: Path): string => toPath('', path).place;
  checkCodes(value, placeOf);
  const nodes = getString(value, 'nodes');
  const contextObjects = getArray(value, 'contextObjects').flatMap((item, index) =>
    typeof item === 'string' ? [toPath(item, ['contextObjects', index])] : [],
  );
  return {
    ...optional('unit', getString(value, 'unit')),
    ...optional('defaultNamespace', getString(value, 'defaultNamespace')),
    ...optional('nodes', nodes === undefined ? undefined : toPath(nodes, ['nodes'])),
    ...optional('failOn', getString(value, 'failOn')),
    ...optional('podSecurity', getObject(value, 'podSecurity')),
    ...optional('practices', readPractices(getObject(value, 'practices'))),
    ...optional('health', readHealth(value, placeOf)),
    ...optional('kubernetesVersions', strings(value, 'kubernetesVersions')),
    ...(contextObjects.length === 0 ? {} : { contextObjects }),
    ignore: getArray(value, 'ignore').map((rule, index) => ({
      ...readScope(rule),
      reason: getString(rule, 'reason') ?? '',
      ...optional('expires', readExpires(rule, placeOf(['ignore', index, 'expires']))),
      ...optional('source', toRange(toPath('', ['ignore', index]))),
    })),
    severities: getArray(value, 'severities').map((rule) => ({
      ...readScope(rule),
      severity: toSeverity(getString(rule, 'severity') ?? ''),
    })),
    deny: getArray(value, 'deny').map((rule, index) => ({
      subjects: listStrings(rule, 'subjects'),
      except: listStrings(rule, 'except'),
      verbs: listStrings(rule, 'verbs'),
      resources: listStrings(rule, 'resources'),
      names: listStrings(rule, 'names'),
      paths: listStrings(rule, 'paths'),
      namespaces: listStrings(rule, 'namespaces'),
      ...optional('reason', getString(rule, 'reason')),
      label: `deny[${index}] of ${fileOf(toPath('', ['deny', index]))}`,
    })),
    reach: decodeReach(getAt(value, 'reach'), (path) => {
      const at = toPath('', path);
      return { file: fileOf(at), place: at.place };
    }),
    ...readUnits(value, placeOf),
  };
}

const CODES = Object.keys(CATALOG);

/** A rule of a code that there is not would never speak, and nobody would hear of it. */
function checkCodes(value: JsonValue, placeOf: (path: Path) => string): void {
  const named: readonly (readonly [path: Path, code: string | undefined])[] = [
    ...['severities', 'ignore'].flatMap((field) =>
      getArray(value, field).map((rule, index) => [[field, index, 'code'], getString(rule, 'code')] as const),
    ),
    ...['codes', 'except'].flatMap((field) =>
      listStrings(getObject(value, 'practices') ?? {}, field).map((code, index) => [['practices', field, index], code] as const),
    ),
  ];
  for (const [path, code = ''] of named)
    if (!CODES.some((known) => isStarMatch(code, known)))
      throw new KplanError('INVALID_CONFIG', `${placeOf(path)}: ${path.join('.')}: there is no code ${code}`, {
        hint: '`kplan explain ALL` lists the codes',
      });
}

function readExpires(rule: JsonValue, place: string): string | undefined {
  const day = getString(rule, 'expires');
  if (day === undefined || isDay(day)) return day;
  throw new KplanError('INVALID_CONFIG', `${place}: expires: ${day} is no day of the calendar`, {
    hint: 'give the last day that the waiver holds, as 2027-01-31',
  });
}

/** A list of units, or what to look for, with a list besides. */
function readUnits(value: JsonValue, placeOf: (path: Path) => string): Pick<Config, 'find' | 'units'> {
  const looked = getObject(value, 'units');
  const [list, path]: readonly [readonly JsonValue[], Path] =
    looked === undefined ? [getArray(value, 'units'), ['units']] : [getArray(looked, 'list'), ['units', 'list']];
  const units = list.map((unit, index) => ({ value: unit, place: placeOf([...path, index]) }));
  if (looked === undefined) return { units };
  const named = listStrings(looked, 'find');
  return { units, find: { kinds: UNIT_KINDS.filter((kind) => named.includes(kind)), under: getString(looked, 'under') ?? '.' } };
}

function readScope(rule: JsonValue): Pick<IgnoreRule, 'code' | 'file' | 'object'> {
  return {
    code: getString(rule, 'code') ?? '',
    ...optional('file', getString(rule, 'file')),
    ...optional('object', getString(rule, 'object')),
  };
}

/** The file that a path is written in; its lines move, and what is found stays the same. */
function fileOf({ place }: ConfigPath): string {
  return place.replace(/:\d+:\d+$/, '');
}

function readPractices(value: JsonObject | undefined): PracticeChoice | undefined {
  if (value === undefined) return undefined;
  const named = listStrings(value, 'profiles');
  return {
    profiles: PROFILES.filter((profile) => named.includes(profile)),
    codes: listStrings(value, 'codes'),
    except: listStrings(value, 'except'),
  };
}

function toRange({ place }: ConfigPath): SourceRange | undefined {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(place) ?? [];
  const [at, from] = [Number(line), Number(column)];
  return file === undefined ? undefined : { file, line: at, column: from, endLine: at, endColumn: from };
}

function readHealth(value: JsonValue, placeOf: (path: Path) => string): HealthRules | undefined {
  const expressions = getArray(value, 'health').map((rule): HealthExpressions => ({
    apiVersion: getString(rule, 'apiVersion') ?? '',
    kind: getString(rule, 'kind') ?? '',
    current: getString(rule, 'current') ?? '',
    ...optional('inProgress', getString(rule, 'inProgress')),
    ...optional('failed', getString(rule, 'failed')),
  }));
  if (expressions.length === 0) return undefined;
  const compiled = compileHealthRules(expressions);
  if ('rules' in compiled) return compiled.rules;
  const { rule, field, message, line, column } = compiled.fault;
  const place = placeOf(['health', rule, field]);
  const within = line === 1 ? `column ${column}` : `line ${line}, column ${column}`;
  throw new KplanError('INVALID_CONFIG', `${place}: health.${rule}.${field}: ${message} (at ${within} of the expression)`, {
    hint: 'the names are object, apiVersion, kind, metadata, spec, status and data',
  });
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  const fields: { [P in K]?: V } = {};
  if (value !== undefined) fields[key] = value;
  return fields;
}

function strings(value: JsonValue, key: string): readonly string[] | undefined {
  const list = listStrings(value, key);
  return list.length === 0 ? undefined : list;
}

function listStrings(value: JsonValue, key: string): readonly string[] {
  return getArray(value, key).filter((item) => typeof item === 'string');
}
