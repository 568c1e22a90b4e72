import { type KubernetesObject } from '../../../model/index.ts';
import { getArray } from '../../../std/index.ts';
import { toFact, type Judge } from './transition.ts';

/** Those that the API server and its controllers set and remove by themselves. */
const OF_KUBERNETES =
  /^(?:foregroundDeletion|orphan|kubernetes|customresourcecleanup\.apiextensions\.k8s\.io|(?:[\w-]+\.)*kubernetes\.io\/.*)$/;

/** Marks that keep an object, once it is deleted, until whoever they belong to removes them (`metadata.finalizers`). */
export const judgeFinalizers: Judge = ({ was, is }) => {
  const [old, now] = [listFinalizers(was), listFinalizers(is)];
  if (was === undefined) return [];
  if (is === undefined) {
    if (old.length === 0) return [];
    return [toFact('KP0408', was, { severity: 'info', data: { what: `is gone only once ${whose(old)} removed` } })];
  }
  const had = new Set(old);
  const added = now.filter((name) => !had.has(name));
  if (added.length === 0) return [];
  const what = `is gone, when it is deleted, only once ${whose(added)} removed`;
  return [toFact('KP0408', is, { severity: 'info', path: '/metadata/finalizers', data: { what } })];
};

function listFinalizers(object: KubernetesObject | undefined): readonly string[] {
  return getArray(object?.metadata, 'finalizers').flatMap((name) => (typeof name === 'string' && !OF_KUBERNETES.test(name) ? [name] : []));
}

function whose(names: readonly string[]): string {
  return `the ${names.length === 1 ? 'finalizer' : 'finalizers'} ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'}`;
}
