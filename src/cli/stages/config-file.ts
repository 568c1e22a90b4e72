import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isJson, stringifyJson, type JsonValue } from '../../std/index.ts';
import { KplanError } from '../../model/index.ts';
import { parseDocuments } from '../../loader/index.ts';
import type { Arguments } from '../arguments.ts';
import { decodeConfig, NO_CONFIG, type Config } from '../config.ts';
import type { Io } from '../io.ts';

/** The configuration that --config names, else `kplan.yaml` at the repository's root, else none. Throws `INVALID_CONFIG` with the place. */
export async function readConfig(args: Arguments, io: Io, root: string): Promise<Config> {
  const named = args.string('config');
  const file = named === undefined ? join(root === '' ? io.cwd : root, 'kplan.yaml') : resolve(io.cwd, named);
  if (!existsSync(file)) {
    if (named === undefined) return NO_CONFIG;
    throw new KplanError('NOT_FOUND', `--config ${named}: there is no such file`, {
      hint: 'kplan.yaml at the root of the repository is read without --config',
    });
  }
  return decodeConfig(await checkConfig(file, readFileSync(file, 'utf8')));
}

async function checkConfig(file: string, text: string): Promise<JsonValue> {
  const name = basename(file);
  const { documents, findings } = parseDocuments(text, name);
  const [document] = documents;
  const [finding] = findings;
  if (finding !== undefined || document === undefined || documents.length > 1) {
    const place = finding?.source === undefined ? name : `${name}:${finding.source.line}:${finding.source.column}`;
    throw new KplanError('INVALID_CONFIG', `${place}: not one YAML document that can be read`, {
      hint: 'schemas/config.schema.json says what it may hold',
    });
  }
  const faults = await validateConfig(document.value);
  const [fault] = faults;
  if (fault !== undefined) {
    const path = fault.path
      .split('/')
      .slice(1)
      .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const { line, column } = document.origin.locate(path);
    throw new KplanError('INVALID_CONFIG', `${name}:${line}:${column}: ${fault.message}`, {
      hint: 'schemas/config.schema.json says what it may hold',
    });
  }
  return document.value;
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

async function validateConfig(value: JsonValue): Promise<readonly Fault[]> {
  const [{ Ajv }, { default: schema }] = await Promise.all([
    import('ajv'),
    import('../../../schemas/config.schema.json', { with: { type: 'json' } }),
  ]);
  const ajv = new Ajv({ allErrors: true, strict: false });
  const check = ajv.compile(schema);
  if (check(isJson(value) ? JSON.parse(stringifyJson(value)) : value)) return [];
  return (check.errors ?? []).map((error) => ({
    path: error.instancePath,
    message: `${error.instancePath === '' ? 'the document' : error.instancePath.slice(1).replaceAll('/', '.')} ${error.message ?? 'is wrong'}${extra(error.params)}`,
  }));
}

function extra(params: Readonly<Record<string, unknown>>): string {
  const name = params['additionalProperty'];
  if (typeof name === 'string') return `: ${name}`;
  const allowed = params['allowedValues'] ?? params['allowedValue'];
  return allowed === undefined ? '' : `: ${JSON.stringify(allowed)}`;
}
