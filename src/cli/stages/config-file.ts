import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { KplanError } from '../../model/index.ts';
import { parseDocuments, type ParsedDocument } from '../../loader/index.ts';
import type { Arguments } from '../arguments.ts';
import { NO_CONFIG, type Config, type ConfigPath } from '../config.ts';
import { checkIsFile, checkOwnFile, isOutside, isPathOutside, isStream, MOST_CONFIG_BYTES, readInput } from '../input.ts';
import type { Io } from '../io.ts';

/** The configuration that --config names, else `kplan.yaml` at the repository's root, else none. Throws `INVALID_CONFIG` with the place. */
export async function readConfig(args: Arguments, io: Io, root: string): Promise<Config> {
  const named = args.string('config');
  const home = root === '' ? io.cwd : root;
  const file = named === undefined ? join(home, 'kplan.yaml') : resolve(io.cwd, named);
  if (!existsSync(file)) {
    if (named === undefined) return NO_CONFIG;
    throw new KplanError('NOT_FOUND', `--config ${named}: there is no such file`, {
      hint: 'kplan.yaml at the root of the repository is read without --config',
    });
  }
  const name = named === undefined ? 'kplan.yaml' : `--config ${named}`;
  if (named === undefined) checkOwnFile(file, home, name);
  else checkIsFile(file, name);
  const isBound = named === undefined || !isOutside(file, home);
  const { value, origin } = await readDocument(file, readInput(file, name, MOST_CONFIG_BYTES).toString());
  const { decodeConfig } = await import('../decode-config.ts');
  return decodeConfig(value, (path, at) => {
    const { line, column } = origin.locate(at);
    return { path, place: `${basename(file)}:${line}:${column}`, isBound };
  });
}

/**
 * The file or folder that a configuration names, relative to the repository's root. A repository is untrusted input: what it
 * names must stand in it, also through links; who runs kplan may name anything, with a flag or a configuration elsewhere.
 */
export function resolveConfigPath({ path, place, isBound }: ConfigPath, root: string, flag: string): string {
  const full = resolve(root, path);
  const refuse = (what: string, hint: string): KplanError => new KplanError('INVALID_CONFIG', `${place}: ${path} ${what}`, { hint });
  const leaves = refuse('is not in the repository: it was not read', `copy it into the repository, or name it with ${flag}`);
  if (isBound && isPathOutside(full, root)) throw leaves;
  if (!existsSync(full)) throw refuse('is not there', `paths are relative to the root of the repository, ${root}`);
  if (isBound && isOutside(full, root)) throw leaves;
  if (isBound && isStream(full)) throw refuse('is no regular file: it was not opened', `give a file or a folder of objects`);
  return full;
}

async function readDocument(file: string, text: string): Promise<ParsedDocument> {
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
  const { validateConfig } = await import('./config-schema.ts');
  const [fault] = validateConfig(document.value);
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
  return document;
}
