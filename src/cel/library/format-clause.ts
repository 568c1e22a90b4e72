/** One part of a format: text as it is, or a place for an argument. */
export type Clause = { readonly text: string } | { readonly verb: string; readonly precision: number | undefined };

/** Reads a format's parts one by one, so that what is right before a mistake is looked at first. */
export function* readClauses(format: string): Generator<Clause | { readonly error: string }> {
  for (let at = 0; at < format.length;) {
    const start = format.indexOf('%', at);
    if (start === -1) {
      yield { text: format.slice(at) };
      return;
    }
    if (start > at) yield { text: format.slice(at, start) };
    if (format[start + 1] === '%') {
      yield { text: '%' };
      at = start + 2;
      continue;
    }
    const clause = readClause(format.slice(start + 1));
    yield clause;
    if ('error' in clause) return;
    at = start + 1 + clause.length;
  }
}

function readClause(
  rest: string,
): { readonly verb: string; readonly precision: number | undefined; readonly length: number } | { readonly error: string } {
  if (rest === '') return { error: 'unexpected end of string' };
  const [precision = ''] = /^\.\d*/.exec(rest) ?? [];
  const fail = (why: string): { readonly error: string } => ({ error: `could not parse formatting clause: ${why}` });
  if (precision !== '' && rest.length === precision.length)
    return fail('error while parsing precision: could not find end of precision specifier');
  if (precision === '.') {
    const reason = 'error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax';
    return fail(`error while parsing precision: ${reason}`);
  }
  const verb = rest[precision.length] ?? '';
  if (!'sdfebxXo'.includes(verb)) return fail(`unrecognized formatting clause "${verb}"`);
  return { verb, precision: precision === '' ? undefined : Number(precision.slice(1)), length: precision.length + 1 };
}

const TEXTUAL = 'strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps';

/** Why a clause does not take a value of a type. */
export function explainClause(verb: string, typeName: string): string {
  switch (verb) {
    case 'd':
      return `decimal clause can only be used on integers, was given ${typeName}`;
    case 'f':
      return `fixed-point clause can only be used on doubles, was given ${typeName}`;
    case 'e':
      return `scientific clause can only be used on doubles, was given ${typeName}`;
    case 'b':
      return `only integers and bools can be formatted as binary, was given ${typeName}`;
    case 'x':
    case 'X':
      return `only integers, byte buffers, and strings can be formatted as hex, was given ${typeName}`;
    case 'o':
      return `octal clause can only be used on integers, was given ${typeName}`;
    default:
      return `string clause can only be used on ${TEXTUAL}, was given ${typeName}`;
  }
}
