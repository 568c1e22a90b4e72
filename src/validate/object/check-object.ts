import { describe, type Kind, type KubernetesObject, type Schema } from '../../model/index.ts';
import { getAt, toPointer } from '../../std/index.ts';
import { checkBuiltIn } from '../structural/built-in.ts';
import { checkCustom, withoutValues } from '../structural/custom.ts';
import { Cursor, type Check } from '../structural/cursor.ts';
import { checkNative } from '../native/index.ts';
import { toStructName } from '../structural/go-type.ts';
import type { Problem, Report } from '../problem.ts';
import { ofSources } from './data-sources.ts';
import { checkObjectMeta } from './metadata.ts';

/** Everything that one version of the API server says of an object of a known kind. */
export function checkObject(object: KubernetesObject, kind: Kind, version: string, report: Report): void {
  const cursor = new Cursor();
  rootCheckOf(kind)(object, cursor);
  checkObjectMeta(object, kind, version, report);
  if (!kind.namespaced && typeof object.metadata['namespace'] === 'string' && object.metadata['namespace'] !== '') {
    report({ code: 'KV0006', path: ['metadata', 'namespace'], data: { kind: object.kind } });
  }
  const native: Problem[] = [];
  if (!kind.custom) checkNative(object, kind, (problem) => native.push(problem));
  for (const problem of withoutSaid(native, cursor.problems)) report(problem);
  for (const problem of withoutSaidBetter(cursor.problems, native)) for (const told of ofSources(problem, object, kind)) report(told);
}

/** What the schema says already, of fields that must be there and of texts from a list, is said once. */
function withoutSaid(native: readonly Problem[], problems: readonly Problem[]): readonly Problem[] {
  if (native.length === 0 || problems.length === 0) return native;
  const said = new Set(problems.map(describe));
  return native.filter((problem) => !said.has(describe(problem)));
}

/** A duplicate key that a create refuses too is said once, in the words of the create. */
function withoutSaidBetter(problems: readonly Problem[], native: readonly Problem[]): readonly Problem[] {
  if (native.length === 0 || !problems.some(({ code }) => code === 'KV0049')) return problems;
  const said = new Set(native.flatMap(({ path }) => path.map((_, index) => toPointer(path.slice(0, index + 1)))));
  return problems.filter(({ code, path }) => code !== 'KV0049' || !said.has(toPointer(path)));
}

const roots = new WeakMap<Schema, Check>();

function rootCheckOf(kind: Kind): Check {
  const { schema } = kind;
  let check = roots.get(schema);
  if (check === undefined) roots.set(schema, (check = compileRoot(kind)));
  return check;
}

/** A create drops the status of kinds whose status is a subresource: it is only decoded. */
function compileRoot({ schema, custom, subresources }: Kind): Check {
  const { status, ...properties } = schema.properties ?? {};
  const compile = custom ? checkCustom : checkFully;
  if (status === undefined || !subresources.includes('status')) return compile(schema);
  const check = compile({ ...schema, properties: { ...properties, status: custom ? withoutValues(status) : {} } });
  if (custom) return check;
  const decode = checkBuiltIn(status, 'decode');
  return (value, at) => {
    check(value, at);
    const given = getAt(value, 'status');
    if (given === undefined || given === null) return;
    at.path.push('status');
    at.struct = toStructName(schema.definition ?? '');
    decode(given, at);
    at.struct = '';
    at.path.pop();
  };
}

function checkFully(schema: Schema): Check {
  return checkBuiltIn(schema, 'full');
}
