import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readRepository } from '../../loader/index.ts';
import { KplanError } from '../../model/index.ts';
import type { Arguments } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { chooseBefore } from './before.ts';
import { checkPath, loadOptions } from './desired.ts';

/** Refuses a path of the disk that is not there, as `checkPath`; of one that the revision before holds it says that it is gone. */
export async function checkIsLeft(args: Arguments, io: Io, path: string): Promise<void> {
  const isThere = path === '-' || args.string('ref') !== undefined || existsSync(resolve(io.cwd, path));
  const choice = isThere ? undefined : chooseBefore(args, io, createLog(io, true, false));
  if (choice?.kind === 'revision') {
    const options = { ...loadOptions(args, io, path), ref: choice.revision, renderers: 'none' } as const;
    const were = await readRepository(options).catch(() => undefined);
    if (were !== undefined && were.files.length > 0)
      throw new KplanError(
        'NOT_FOUND',
        `${path} is there no more: it was at ${were.source.description}, and the change deletes or moves it`,
        {
          hint: 'plan a directory that holds it to see what goes, or take it out of what CI plans if that is meant',
        },
      );
  }
  checkPath(args, io, path);
}
