import type { Kind, KubernetesObject, Schema } from '../../model/index.ts';
import { getAt } from '../../std/index.ts';
import { checkBuiltIn } from '../structural/built-in.ts';
import { checkCustom, withoutValues } from '../structural/custom.ts';
import { Cursor, type Check } from '../structural/cursor.ts';
import { checkNative } from '../native/index.ts';
import type { Report } from '../problem.ts';
import { checkObjectMeta } from './metadata.ts';

/** Everything that one version of the API server says of an object of a known kind. */
export function checkObject(object: KubernetesObject, kind: Kind, version: string, report: Report): void {
  const cursor = new Cursor();
  rootCheckOf(kind)(object, cursor);
  for (const problem of cursor.problems) report(problem);
  checkObjectMeta(object, kind, version, report);
  if (!kind.namespaced && typeof object.metadata['namespace'] === 'string' && object.metadata['namespace'] !== '') {
    report({ code: 'KV0006', path: ['metadata', 'namespace'], data: { kind: object.kind } });
  }
  if (!kind.custom) checkNative(object, kind, report);
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
    decode(given, at);
    at.path.pop();
  };
}

function checkFully(schema: Schema): Check {
  return checkBuiltIn(schema, 'full');
}
