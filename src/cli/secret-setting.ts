import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KplanError } from '../model/index.ts';
import type { Io } from './io.ts';

/** The secret of an environment variable, or of the file that `NAME_FILE` names; undefined where neither is set. */
export function readSecretSetting(name: string, io: Pick<Io, 'cwd' | 'env'>): string | undefined {
  const value = io.env[name] ?? readFileSetting(`${name}_FILE`, io)?.toString().trim();
  return value === '' ? undefined : value;
}

/** The bytes of the file that an environment variable names; undefined where it is not set. Throws `KplanError` where there is none. */
export function readFileSetting(name: string, { env, cwd }: Pick<Io, 'cwd' | 'env'>): Buffer | undefined {
  const file = env[name];
  if (file === undefined || file === '') return undefined;
  if (!existsSync(resolve(cwd, file))) throw new KplanError('NOT_FOUND', `${name}: there is no file ${file}`);
  return readFileSync(resolve(cwd, file));
}
