import { getString, isArray, isObject, type JsonValue, type Path } from '../../std/index.ts';

/**
 * Whether a path of a replacement (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/) names this one of
 * an object: `spec.containers.[name=web].env.0.value`, `*` for any item, `metadata.annotations.a\.b` or `[a.b]` for keys with dots.
 */
export function isFieldPath(text: string, object: JsonValue, path: Path): boolean {
  const steps = listSteps(text);
  if (steps.length !== path.length) return false;
  let at: JsonValue | undefined = object;
  for (const [index, written] of steps.entries()) {
    const step = path[index];
    if (step === undefined) return false;
    const next: JsonValue | undefined = isArray(at) ? at[Number(step)] : isObject(at) ? at[String(step)] : undefined;
    if (!isStep(written, step, next)) return false;
    at = next;
  }
  return true;
}

/** The first field of an object that such a path names; undefined if it has none. */
export function findField(text: string, object: JsonValue): Path | undefined {
  const path: (string | number)[] = [];
  let at: JsonValue = object;
  for (const written of listSteps(text)) {
    const children: readonly (readonly [string | number, JsonValue])[] = isArray(at)
      ? at.map((item, index) => [index, item] as const)
      : Object.entries(isObject(at) ? at : {});
    const child = children.find(([step, item]) => isStep(written, step, item));
    if (child === undefined) return undefined;
    path.push(child[0]);
    [, at] = child;
  }
  return path;
}

function listSteps(text: string): readonly string[] {
  return text.match(/\[[^\]]*\]|(?:\\.|[^.\\])+/g) ?? [];
}

function isStep(written: string, step: string | number, item: JsonValue | undefined): boolean {
  if (written === '*') return true;
  const inner = /^\[(.*)\]$/.exec(written)?.[1];
  const equals = inner?.indexOf('=') ?? -1;
  if (inner !== undefined && equals > 0) return getString(item, inner.slice(0, equals)) === inner.slice(equals + 1);
  return (inner ?? written.replaceAll(/\\(.)/g, '$1')) === String(step);
}
