import { refOf, toFinding, type Finding, type KubernetesObject, type SourceRange } from '../model/index.ts';
import { compareStrings, getArray, getObject } from '../std/index.ts';

const FIELDS = ['data', 'stringData', 'binaryData'];

/** Says that an object is encrypted, and which keys of data it has: SOPS leaves these readable. Without an object, not even its name is known. */
export function toEncryptedFinding(object: KubernetesObject | undefined, source: SourceRange): Finding {
  if (object === undefined) return toFinding('KL0022', { source, data: {} });
  const keys = FIELDS.flatMap((field) => Object.keys(getObject(object, field) ?? {}));
  return toFinding('KL0022', { ref: refOf(object), source, data: keys.length === 0 ? {} : { keys: keys.toSorted(compareStrings) } });
}

/** What is known of the encrypted objects that findings speak of: their names and keys, with empty values. */
export function listOutlines(findings: readonly Finding[]): readonly KubernetesObject[] {
  return findings.flatMap(({ code, ref, data }) => {
    if (code !== 'KL0022' || ref === undefined) return [];
    const { group, version, kind, name, namespace } = ref;
    const keys = getArray(data, 'keys').filter((key) => typeof key === 'string');
    return [
      {
        apiVersion: group === '' ? version : `${group}/${version}`,
        kind,
        metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
        ...(keys.length === 0 ? {} : { data: Object.fromEntries(keys.map((key) => [key, ''])) }),
      },
    ];
  });
}
