import { describe, findEntry, type Kind, type KubernetesObject } from '../../model/index.ts';
import { toPointer } from '../../std/index.ts';
import { Cursor } from '../structural/cursor.ts';
import { checkRules } from '../custom-rules/check-rules.ts';
import { checkNative } from '../native/index.ts';
import type { Problem, Report } from '../problem.ts';
import { listWarnings } from '../warnings/index.ts';
import { ofSources } from './data-sources.ts';
import { checkObjectMeta } from './metadata.ts';
import { rootCheckOf } from './root-check.ts';

/** Everything that one version of the API server says of an object of a known kind. */
export function checkObject(object: KubernetesObject, kind: Kind, version: string, tell: Report): void {
  let isTaken = true;
  const report: Report = (problem) => {
    isTaken &&= (problem.severity ?? findEntry(problem.code).severity) !== 'error';
    tell(problem);
  };
  const cursor = new Cursor();
  rootCheckOf(kind)(object, cursor);
  checkObjectMeta(object, kind, version, report);
  if (!kind.namespaced && typeof object.metadata['namespace'] === 'string' && object.metadata['namespace'] !== '') {
    report({ code: 'KV0006', path: ['metadata', 'namespace'], data: { kind: object.kind } });
  }
  if (kind.custom) checkRules(object, undefined, kind, { version, found: cursor.problems, report });
  const native: Problem[] = [];
  if (!kind.custom) checkNative(object, kind, version, (problem) => native.push(problem));
  for (const problem of withoutSaid(native, cursor.problems)) report(problem);
  for (const problem of withoutSaidBetter(cursor.problems, native)) for (const told of ofSources(problem, object, kind)) report(told);
  // Of what it refuses a server says nothing else.
  if (isTaken && !kind.custom) listWarnings(object, kind, version, tell);
}

/** What the schema says already, of fields that must be there and of texts from a list, is said once. */
function withoutSaid(native: readonly Problem[], problems: readonly Problem[]): readonly Problem[] {
  if (native.length === 0 || problems.length === 0) return native;
  const said = new Set(problems.map(describe));
  return native.filter((problem) => !said.has(describe(problem)));
}

const DEFINITION = 'KV0117';

/** A duplicate key that a create refuses too, and a rule of a definition that says nothing, are said once: in the better words. */
function withoutSaidBetter(problems: readonly Problem[], native: readonly Problem[]): readonly Problem[] {
  if (native.length === 0 || !problems.some(({ code }) => code === 'KV0049' || code === 'KV0043')) return problems;
  const said = new Set(native.flatMap(({ path }) => path.map((_, index) => toPointer(path.slice(0, index + 1)))));
  const asked = new Set(
    native.filter(({ code, path }) => code === DEFINITION && path.at(-1) === 'rule').map(({ path }) => toPointer(path)),
  );
  return problems.filter(({ code, path }) => {
    if (code === 'KV0049') return !said.has(toPointer(path));
    return code !== 'KV0043' || !asked.has(toPointer(path));
  });
}
