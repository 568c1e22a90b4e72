import { annotationsOf, containersOf, type KubernetesObject } from '../../model/index.ts';
import { getObject, getString } from '../../std/index.ts';

/**
 * What becomes of a simulated pod: `run` for servers, `complete` for pods that are to end; the others show failure.
 * Chosen by the annotation `kplan.dev/simulate`, or by an image tagged `kplan-crashloop`, `kplan-never-ready`,
 * `kplan-missing` or `kplan-fail`.
 */
export type Fate = 'run' | 'complete' | 'crash' | 'never-ready' | 'missing-image' | 'fail';

const BY_ANNOTATION: ReadonlyMap<string, Fate> = new Map(
  Object.entries<Fate>({
    crash: 'crash',
    fail: 'fail',
    'missing-image': 'missing-image',
    'never-ready': 'never-ready',
  }),
);
const BY_TAG: ReadonlyMap<string, Fate> = new Map(
  Object.entries<Fate>({
    'kplan-crashloop': 'crash',
    'kplan-fail': 'fail',
    'kplan-missing': 'missing-image',
    'kplan-never-ready': 'never-ready',
  }),
);

/** The fate of a pod. */
export function fateOf(pod: KubernetesObject): Fate {
  const spec = getObject(pod, 'spec') ?? {};
  const annotated = BY_ANNOTATION.get(annotationsOf(pod).get('kplan.dev/simulate') ?? '');
  const images = containersOf(spec).map(({ container }) => getString(container, 'image') ?? '');
  const tagged = images.map((image) => BY_TAG.get(image.slice(image.lastIndexOf(':') + 1))).find((fate) => fate !== undefined);
  const fate = annotated ?? tagged;
  const isLasting = (getString(spec, 'restartPolicy') ?? 'Always') === 'Always';
  if (fate === undefined) return isLasting ? 'run' : 'complete';
  return fate === 'crash' && getString(spec, 'restartPolicy') === 'Never' ? 'fail' : fate;
}

/** How long a simulated pod takes (ms) to start, and to end where it is to. Annotations `kplan.dev/start-after` and `kplan.dev/run-for` change them. */
export function durationsOf(pod: KubernetesObject): { readonly start: number; readonly run: number } {
  const annotations = annotationsOf(pod);
  return { start: toNumber(annotations.get('kplan.dev/start-after'), 200), run: toNumber(annotations.get('kplan.dev/run-for'), 300) };
}

function toNumber(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}
