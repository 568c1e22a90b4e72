import type { LoadOptions } from '../../loader/index.ts';
import type { Digester } from '../../model/index.ts';
import { packId } from '../../model/schema/index.ts';
import { createDigester, createJudge } from '../../validate/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';
import { readConfig } from './config-file.ts';
import { chooseVersions, loadCatalogs } from './desired.ts';

/** The hash in a bundle's name covers all that it imports; none when run from source. */
export const BUILD: string | undefined = /-([A-Z0-9]{8})\.js$/.exec(import.meta.url)?.[1];

/** A judge of objects as they are read, that leaves of each what others are judged by; those of unchanged files need not be judged again. */
export function digestFiles(args: Arguments, io: Io): LoadOptions['digester'] {
  return judgeBy(createDigester, args, io);
}

/** The same for who needs the objects whole: only where the versions to validate for are not those of a cluster. */
export function judgeFiles(args: Arguments, io: Io): LoadOptions['digester'] {
  return judgeBy(createJudge, args, io);
}

function judgeBy(create: typeof createDigester, args: Arguments, io: Io): ((root: string) => Promise<Digester>) | undefined {
  if (BUILD === undefined) return undefined;
  let versions: readonly string[] | undefined;
  return async (root) => {
    const chosen = (versions ??= chooseVersions(args, await readConfig(args, io, root), undefined));
    return create([BUILD, packId(), ...chosen].join(' '), () => loadCatalogs(chosen));
  };
}
