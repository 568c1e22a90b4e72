import type { LoadOptions } from '../../loader/index.ts';
import type { Digester, KubernetesObject, Manifest } from '../../model/index.ts';
import { packId } from '../../model/schema/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';
import { readConfig } from './config-file.ts';
import { chooseVersions, loadCatalogs } from './desired.ts';

/** The hash in a bundle's name covers all that it imports; none when run from source. */
export const BUILD: string | undefined = /-([A-Z0-9]{8})\.js$/.exec(import.meta.url)?.[1];

/** Judges objects as files are read, and leaves of each what others are judged by; those of unchanged files need not be judged again. */
export class FileDigests {
  readonly digester: LoadOptions['digester'];
  readonly #wholes = new WeakMap<KubernetesObject, KubernetesObject>();

  constructor(args: Arguments, io: Io) {
    this.digester = judgeBy('digest', args, io, (digest, whole) => this.#wholes.set(digest, whole));
  }

  /** Manifests as they were before; undefined where some are known from an earlier run alone. */
  restore(manifests: readonly Manifest[]): readonly Manifest[] | undefined {
    const restored = manifests.flatMap((manifest) => {
      const object = manifest.verdict === undefined ? manifest.object : this.#wholes.get(manifest.object);
      return object === undefined ? [] : [{ ...manifest, object }];
    });
    return restored.length === manifests.length ? restored : undefined;
  }
}

/** The same for who needs the objects whole: only where the versions to validate for are not those of a cluster. */
export function judgeFiles(args: Arguments, io: Io): LoadOptions['digester'] {
  return judgeBy('whole', args, io, () => undefined);
}

function judgeBy(
  kept: 'digest' | 'whole',
  args: Arguments,
  io: Io,
  onDigest: (digest: KubernetesObject, whole: KubernetesObject) => void,
): ((root: string) => Promise<Digester>) | undefined {
  if (BUILD === undefined) return undefined;
  let versions: readonly string[] | undefined;
  return async (root) => {
    const chosen = (versions ??= chooseVersions(args, await readConfig(args, io, root), undefined));
    const open: Digester['open'] = async () => {
      const { createDigester, createJudge } = await import('./digesters.ts');
      const digest = (kept === 'whole' ? createJudge : createDigester)(loadCatalogs(chosen));
      return (object) => {
        const digested = digest(object);
        if (digested !== undefined) onDigest(digested.object, object);
        return digested;
      };
    };
    return { version: [kept, BUILD, packId(), ...chosen].join(' '), isWhole: kept === 'whole', open };
  };
}
