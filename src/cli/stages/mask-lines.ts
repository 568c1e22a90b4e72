import { nameOf, namespaceOf, type KubernetesObject } from '../../model/index.ts';
import { getObject } from '../../std/index.ts';

const MASK = '(secret)';
/** What may stand before and after the key of a line, and a value, but nothing else. */
const LINE = /^(\s*)(?:(["']?)([\w.$/-]+)\2(\s*[:=])\s*)?(.*)$/;
/** Fields of a Secret, and of its metadata, whose names tell nothing. */
const FIELDS = [
  'annotations',
  'apiVersion',
  'data',
  'immutable',
  'kind',
  'labels',
  'metadata',
  'name',
  'namespace',
  'stringData',
  'type',
] as const;

/**
 * The lines of a Secret's manifest with all but the names of its fields and keys hidden. Nothing is told from what a line looks like: a key
 * is shown where the object has it, a value where it is what every report names the object by. So no byte of a value is shown, however it
 * is written.
 */
export function maskManifest(lines: readonly string[], secret: KubernetesObject): readonly string[] | undefined {
  const own = [...['labels', 'annotations'].flatMap((field) => Object.keys(getObject(secret.metadata, field) ?? {})), ...listKeys(secret)];
  const values = new Map([
    ['apiVersion', 'v1'],
    ['kind', 'Secret'],
    ['name', nameOf(secret)],
    ['namespace', namespaceOf(secret) ?? ''],
  ]);
  for (const key of own) values.delete(key);
  return maskLines(lines, new Set([...FIELDS, ...own]), values);
}

/** The same of a file that Secrets are made of: `KEY=VALUE`, where a Secret has the key. */
export function maskEnvironment(lines: readonly string[], secrets: readonly KubernetesObject[]): readonly string[] | undefined {
  return maskLines(lines, new Set(secrets.flatMap(listKeys)), new Map());
}

function listKeys(secret: KubernetesObject): readonly string[] {
  return ['data', 'stringData'].flatMap((field) => Object.keys(getObject(secret, field) ?? {}));
}

/** The lines with what is not known hidden; undefined where nothing would be left. */
function maskLines(
  lines: readonly string[],
  keys: ReadonlySet<string>,
  values: ReadonlyMap<string, string>,
): readonly string[] | undefined {
  let isAnyShown = false;
  const masked = lines.map((text) => {
    const [, indent = '', quote = '', key, sign = '', rest = ''] = LINE.exec(text) ?? [];
    if (key === undefined || !keys.has(key)) return text.trim() === '' ? '' : `${indent}${MASK}`;
    isAnyShown = true;
    const value = rest.trimEnd();
    const isKnown = value === '' || values.get(key) === value.replace(/^(["'])(.*)\1$/, '$2');
    const gap = sign.endsWith('=') || value === '' ? '' : ' ';
    return `${indent}${quote}${key}${quote}${sign}${gap}${isKnown ? value : MASK}`;
  });
  return isAnyShown ? masked : undefined;
}
