import { annotationsOf, toRefKey, type KubernetesObject, type RefKey } from '../../model/index.ts';

const WAVES = ['kapply.kplan.dev/wave', 'argocd.argoproj.io/sync-wave', 'helm.sh/hook-weight'] as const;
const DEPENDS_ON = ['kapply.kplan.dev/depends-on', 'config.kubernetes.io/depends-on'] as const;

/** The wave that an object asks for, and what of it could not be read. */
export interface WaveAnnotation {
  readonly wave: number;
  readonly unreadable: readonly { readonly annotation: string; readonly value: string }[];
}

/** What an object says it must come after. */
export interface DependsOn {
  readonly annotation: string;
  readonly text: string;
  /** Undefined where the text is not a reference. */
  readonly key: RefKey | undefined;
}

/** The wave an object asks for: by our annotation, else Argo CD's, else Helm's weight; 0 by default. */
export function readWave(object: KubernetesObject): WaveAnnotation {
  const annotations = annotationsOf(object);
  const unreadable: { annotation: string; value: string }[] = [];
  for (const annotation of WAVES) {
    const value = annotations.get(annotation);
    if (value === undefined) continue;
    if (/^[+-]?\d{1,9}$/.test(value.trim())) return { wave: Number(value), unreadable };
    unreadable.push({ annotation, value });
  }
  return { wave: 0, unreadable };
}

/** The objects that an object says it depends on, comma separated: `group/Kind/name` or `group/namespaces/NS/Kind/name` (cli-utils). */
export function readDependsOn(object: KubernetesObject): readonly DependsOn[] {
  const annotations = annotationsOf(object);
  return DEPENDS_ON.flatMap((annotation) => {
    const value = annotations.get(annotation);
    if (value === undefined) return [];
    return value
      .split(',')
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map((text) => ({ annotation, text, key: readReference(text) }));
  });
}

function readReference(text: string): RefKey | undefined {
  const parts = text.split('/');
  const isNamespaced = parts.length === 5 && parts[1] === 'namespaces';
  if (!isNamespaced && parts.length !== 3) return undefined;
  const [group = ''] = parts;
  const [namespace, kind = '', name = ''] = isNamespaced ? parts.slice(2) : [undefined, ...parts.slice(1)];
  if (kind === '' || name === '' || namespace === '') return undefined;
  return toRefKey({ group, kind, name, ...(namespace === undefined ? {} : { namespace }) });
}
