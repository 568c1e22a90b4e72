import { toRefKey, refOf, type Finding, type Manifest } from '../model/index.ts';
import { stringifyJson } from '../std/index.ts';
import type { Desired } from './stages/desired.ts';

/** What several paths hold, each file, object and finding once: one path may stand in another, or be given twice. */
export function withoutOverlap(loaded: readonly Desired[]): readonly Desired[] {
  if (loaded.length < 2) return loaded;
  const seen = new Set<string>();
  const isNew = (...parts: readonly string[]): boolean => seen.size < seen.add(parts.join('\0')).size;
  return loaded.flatMap((item) => {
    const { root } = item;
    const manifests = item.manifests.filter((manifest) => isNew(root, keyOf(manifest)));
    const findings = item.findings.filter((finding) => isNew(root, describePlace(finding)));
    const fileIds = item.fileIds.filter((id) => isNew(root, 'file', id));
    const isWhole = manifests.length === item.manifests.length && fileIds.length === item.fileIds.length;
    if (isWhole) return [{ ...item, findings }];
    const rest = { ...item, manifests, findings, fileIds, fingerprint: undefined, loaded: { ...item.loaded, files: fileIds.length } };
    return manifests.length + findings.length + fileIds.length === 0 ? [] : [rest];
  });
}

function keyOf({ object, origin, unit }: Manifest): string {
  return ['object', unit ?? '', origin.file, origin.document, origin.line, toRefKey(refOf(object))].join('\0');
}

function describePlace({ code, ref, source, path, data }: Finding): string {
  const { file = '', line = 0, column = 0 } = source ?? {};
  return ['finding', code, ref === undefined ? '' : toRefKey(ref), file, line, column, path ?? '', stringifyJson(data)].join('\0');
}
