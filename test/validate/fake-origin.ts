import { isKubernetesObject, type KubernetesObject, type Manifest, type Origin } from '../../src/model/index.ts';
import { toPointer, type JsonValue } from '../../src/std/index.ts';

/** An origin that puts every path on a line of its own: its depth below the document's line. */
export function toOrigin(file: string, line = 1): Origin {
  return {
    file,
    document: 0,
    line,
    locate: (path) => ({ file, line: line + path.length, column: 1, endLine: line + path.length, endColumn: 1 + toPointer(path).length }),
  };
}

/** A manifest of an object, at a place of its own. */
export function toManifest(object: JsonValue, file = 'a.yaml', line = 1): Manifest {
  return { object: toObject(object), origin: toOrigin(file, line) };
}

/** A value as the object that it has to be. */
export function toObject(value: JsonValue): KubernetesObject {
  if (!isKubernetesObject(value)) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return value;
}
