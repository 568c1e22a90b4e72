import { costSize, regexCost, type CostRule } from '../cost.ts';
import { member, overload } from '../declaration.ts';
import { sealed } from '../struct-type.ts';
import { listOf, optionalOf, STRING } from '../type.ts';
import { NO_SUCH_OVERLOAD, Optional, SealedValue, type Result, type Value } from '../value.ts';
import type { Library } from './library.ts';
import { FORMATS, type NamedFormat } from './named-format.ts';

const FORMAT_TYPE = sealed('kubernetes.NamedFormat');

class FormatValue extends SealedValue {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly format: NamedFormat;

  constructor(format: NamedFormat) {
    super();
    this.format = format;
  }

  isEqual(other: this): boolean {
    return this.format.name === other.format.name;
  }
}

function validate(format: Value | undefined, text: Value | undefined): Result {
  if (!(format instanceof FormatValue) || typeof text !== 'string') return NO_SUCH_OVERLOAD;
  const problems = format.format.validate(text);
  return problems.length === 0 ? Optional.none : new Optional(problems);
}

function named(name: Value | undefined): Result {
  if (typeof name !== 'string') return NO_SUCH_OVERLOAD;
  const format = FORMATS.get(name);
  return format === undefined ? Optional.none : new Optional(new FormatValue(format));
}

const validationCost: CostRule = ([format, text]) =>
  format instanceof FormatValue ? regexCost(costSize(text), format.format.cost) : undefined;

/** Formats of texts (`k8s.io/apiserver/pkg/cel/library/format.go`). */
export const FORMAT: Library = {
  functions: [
    { name: 'validate', overloads: [member('format-validate', [FORMAT_TYPE, STRING], optionalOf(listOf(STRING)), validate)] },
    { name: 'format.named', overloads: [overload('format-named', [STRING], optionalOf(FORMAT_TYPE), named)] },
    ...Array.from(FORMATS, ([name, format]) => ({
      name: `format.${name}`,
      overloads: [overload(`format.${name}`, [], FORMAT_TYPE, () => new FormatValue(format))],
    })),
  ],
  costs: { 'format-validate': validationCost },
};
