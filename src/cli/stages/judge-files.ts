import type { LoadOptions } from '../../loader/index.ts';
import type { Digester } from '../../model/index.ts';
import { packId } from '../../model/schema/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';
import { readConfig } from './config-file.ts';
import { chooseVersions, loadCatalogs } from './desired.ts';

/** The hash in a bundle's name covers all that it imports; none when run from source. */
export const BUILD: string | undefined = /-([A-Z0-9]{8})\.js$/.exec(import.meta.url)?.[1];

/** Judges objects as files are read, and leaves of each what others and admission are judged by; those of unchanged files need not be judged again. */
export function digestFiles(args: Arguments, io: Io): LoadOptions['digester'] {
  return judgeBy('digest', args, io);
}

/** The same for who needs the objects whole: only where the versions to validate for are not those of a cluster. */
export function judgeFiles(args: Arguments, io: Io): LoadOptions['digester'] {
  return judgeBy('whole', args, io);
}

function judgeBy(kept: 'digest' | 'whole', args: Arguments, io: Io): LoadOptions['digester'] {
  if (BUILD === undefined) return undefined;
  let versions: readonly string[] | undefined;
  return async (root) => {
    const chosen = (versions ??= chooseVersions(args, await readConfig(args, io, root), undefined));
    const open: Digester['open'] = async () => {
      const { createDigester, createJudge } = await import('./digesters.ts');
      return (kept === 'whole' ? createJudge : createDigester)(loadCatalogs(chosen));
    };
    return { version: [kept, BUILD, packId(), ...chosen].join(' '), isWhole: kept === 'whole', open };
  };
}
