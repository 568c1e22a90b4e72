import { nameOf, specOf, type KubernetesObject } from '../../../model/index.ts';
import { getBoolean, getObject, getString } from '../../../std/index.ts';
import type { Admitted, Write } from '../context.ts';

/** Gives a new job the selector and labels that tell its pods from all others (`jobStrategy`, generateSelector). */
export function admitJob({ live }: Write, object: KubernetesObject): Admitted {
  const spec = specOf(object);
  if (live !== undefined || getBoolean(spec, 'manualSelector') === true) return { object };
  const uid = getString(object.metadata, 'uid') ?? '';
  const names = { 'batch.kubernetes.io/job-name': nameOf(object), 'job-name': nameOf(object) };
  const uids = { 'batch.kubernetes.io/controller-uid': uid, 'controller-uid': uid };
  const template = getObject(spec, 'template') ?? {};
  const metadata = { ...getObject(template, 'metadata'), labels: { ...getObject(template, 'metadata', 'labels'), ...uids, ...names } };
  const selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  return { object: { ...object, spec: { ...spec, selector, template: { ...template, metadata } } } };
}
