import { member } from '../declaration.ts';
import { compilePattern, type Pattern } from '../regex.ts';
import { INT, listOf, STRING } from '../type.ts';
import { Failure, NO_SUCH_OVERLOAD, type Result, type Value } from '../value.ts';
import type { Library } from './library.ts';

function withPattern(text: Value | undefined, pattern: Value | undefined, run: (text: string, pattern: Pattern) => Result): Result {
  if (typeof text !== 'string' || typeof pattern !== 'string') return NO_SUCH_OVERLOAD;
  const compiled = compilePattern(pattern);
  return compiled instanceof Failure ? new Failure(`Illegal regex: ${compiled.message}`) : run(text, compiled);
}

/** What a regular expression finds in a text (`k8s.io/apiserver/pkg/cel/library/regex.go`). */
export const REGEX: Library = {
  functions: [
    {
      name: 'find',
      overloads: [
        member('string_find_string', [STRING, STRING], STRING, (text, pattern) =>
          withPattern(text, pattern, (value, compiled) => compiled.findAll(value, 1)[0] ?? ''),
        ),
      ],
    },
    {
      name: 'findAll',
      overloads: [
        member('string_find_all_string', [STRING, STRING], listOf(STRING), (text, pattern) =>
          withPattern(text, pattern, (value, compiled) => compiled.findAll(value, -1)),
        ),
        member('string_find_all_string_int', [STRING, STRING, INT], listOf(STRING), (text, pattern, most) =>
          withPattern(text, pattern, (value, compiled) =>
            typeof most === 'bigint' ? compiled.findAll(value, Number(most)) : NO_SUCH_OVERLOAD,
          ),
        ),
      ],
    },
  ],
};
