import type { KubernetesObject } from '../../../model/index.ts';
import { getStringMap, type JsonValue } from '../../../std/index.ts';
import type { Admitted, Write } from '../context.ts';
import { without } from '../prepare.ts';

/** Folds `stringData` into `data`, and says the type. */
export function admitSecret(_write: Write, object: KubernetesObject): Admitted {
  const texts = getStringMap(object, 'stringData');
  const typed = object['type'] === undefined ? { ...object, type: 'Opaque' } : object;
  if (object['stringData'] === undefined) return { object: typed };
  const data: Record<string, JsonValue> = Object.fromEntries(getStringMap(object, 'data'));
  for (const [key, text] of texts) data[key] = Buffer.from(text).toString('base64');
  return { object: without({ ...typed, data }, 'stringData') };
}
