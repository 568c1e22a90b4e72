import type { Kind, Schema } from '../../model/index.ts';
import { getAt } from '../../std/index.ts';
import { checkBuiltIn } from '../structural/built-in.ts';
import { checkCustom, withoutValues } from '../structural/custom.ts';
import type { Check } from '../structural/cursor.ts';
import { toStructName } from '../structural/go-type.ts';

const roots = new WeakMap<Schema, Check>();

/** The check of a whole object by its schema, compiled once for each kind. */
export function rootCheckOf(kind: Kind): Check {
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
