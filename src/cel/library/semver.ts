import { quoteGo } from '../../std/index.ts';
import { member, overload, type Implementation } from '../declaration.ts';
import { sealed, type StructType } from '../struct-type.ts';
import { BOOL, INT, STRING } from '../type.ts';
import { Failure, NO_SUCH_OVERLOAD, SealedValue, type Result, type Value } from '../value.ts';
import type { Library } from './library.ts';

export const SEMVER_TYPE: StructType = sealed('kubernetes.Semver');

export class SemverValue extends SealedValue {
  readonly typeName = 'kubernetes.Semver';
  override readonly goType = 'semver.Version';
  readonly numbers: readonly bigint[];
  readonly prerelease: readonly string[];

  constructor(numbers: readonly bigint[], prerelease: readonly string[]) {
    super();
    this.numbers = numbers;
    this.prerelease = prerelease;
  }

  isEqual(other: this): boolean {
    return compareVersions(this, other) === 0;
  }
}

/** A text as a semantic version, in the words of `github.com/blang/semver` where it is none. */
export function readSemver(text: string): SemverValue | Failure {
  if (text === '') return new Failure('Version string empty');
  const [major, minor, ...rest] = text.split('.');
  if (major === undefined || minor === undefined || rest.length === 0) return new Failure('No Major.Minor.Patch elements found');
  const [versioned = '', ...built] = rest.join('.').split('+');
  const dash = versioned.indexOf('-');
  const patch = dash === -1 ? versioned : versioned.slice(0, dash);
  const numbers: bigint[] = [];
  for (const [name, digits] of Object.entries({ major, minor, patch })) {
    const number = readNumber(name, digits);
    if (number instanceof Failure) return number;
    numbers.push(number);
  }
  const prerelease = dash === -1 ? [] : versioned.slice(dash + 1).split('.');
  const builds = built.length === 0 ? [] : built.join('+').split('.');
  return findFault(prerelease, builds) ?? new SemverValue(numbers, prerelease);
}

function readNumber(name: string, digits: string): bigint | Failure {
  if (!/^\d*$/.test(digits)) return new Failure(`Invalid character(s) found in ${name} number ${quoteGo(digits)}`);
  if (/^0./.test(digits))
    return new Failure(`${name.charAt(0).toUpperCase()}${name.slice(1)} number must not contain leading zeroes ${quoteGo(digits)}`);
  if (digits === '') return new Failure('strconv.ParseUint: parsing "": invalid syntax');
  const value = BigInt(digits);
  return BigInt.asUintN(64, value) === value ? value : new Failure(`strconv.ParseUint: parsing ${quoteGo(digits)}: value out of range`);
}

function findFault(prerelease: readonly string[], builds: readonly string[]): Failure | undefined {
  for (const part of prerelease) {
    if (part === '') return new Failure('Prerelease is empty');
    if (/^0\d+$/.test(part)) return new Failure(`Numeric PreRelease version must not contain leading zeroes ${quoteGo(part)}`);
    if (!/^[0-9A-Za-z-]+$/.test(part)) return new Failure(`Invalid character(s) found in prerelease ${quoteGo(part)}`);
  }
  for (const part of builds) {
    if (part === '') return new Failure('Build meta data is empty');
    if (!/^[0-9A-Za-z-]+$/.test(part)) return new Failure(`Invalid character(s) found in build meta data ${quoteGo(part)}`);
  }
  return undefined;
}

/** Makes a version of what is nearly one: `v1.2` is `1.2.0`. */
function normalize(text: string): string | Failure {
  const [first = '', second, ...rest] = text.replace(/^v/, '').split('.');
  const given = second === undefined ? [first] : rest.length === 0 ? [first, second] : [first, second, rest.join('.')];
  const parts = given.map((part) => {
    if (part.length < 2) return part;
    const bare = part.replace(/^0+/, '');
    return /^\d/.test(bare) ? bare : `0${bare}`;
  });
  if (parts.length === 3) return parts.join('.');
  if (/[+-]/.test(parts.at(-1) ?? '')) return new Failure('short version cannot contain PreRelease/Build meta data');
  return [...parts, '0', '0'].slice(0, 3).join('.');
}

function readAny(text: Value | undefined, isLoose: Value | undefined): SemverValue | Failure {
  if (typeof text !== 'string') return NO_SUCH_OVERLOAD;
  const normal = isLoose === true ? normalize(text) : text;
  return normal instanceof Failure ? normal : readSemver(normal);
}

function compareVersions(a: SemverValue, b: SemverValue): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number > other ? 1 : -1;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return Math.sign(b.prerelease.length - a.prerelease.length);
  for (const [index, part] of a.prerelease.entries()) {
    const other = b.prerelease[index];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return a.prerelease.length === b.prerelease.length ? 0 : -1;
}

function compareParts(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  const [left, right] = isNumberA ? [BigInt(a), BigInt(b)] : [a, b];
  return left === right ? 0 : left > right ? 1 : -1;
}

const two =
  (run: (order: number) => Result): Implementation =>
  (a, b) =>
    a instanceof SemverValue && b instanceof SemverValue ? run(compareVersions(a, b)) : NO_SUCH_OVERLOAD;
const part = (name: string, index: number) => ({
  name,
  overloads: [
    member(`semver_${name}`, [SEMVER_TYPE], INT, (value) =>
      value instanceof SemverValue ? BigInt.asIntN(64, value.numbers[index] ?? 0n) : NO_SUCH_OVERLOAD,
    ),
  ],
});
const BOTH = [SEMVER_TYPE, SEMVER_TYPE];

/** Semantic versions (`k8s.io/apiserver/pkg/cel/library/semverlib.go`, version 1). */
export const SEMVER: Library = {
  functions: [
    {
      name: 'semver',
      overloads: [
        overload('string_to_semver', [STRING], SEMVER_TYPE, readAny),
        overload('string_bool_to_semver', [STRING, BOOL], SEMVER_TYPE, readAny),
      ],
    },
    {
      name: 'isSemver',
      overloads: [
        overload('is_semver_string', [STRING], BOOL, (text, loose) => readAny(text, loose) instanceof SemverValue),
        overload('is_semver_string_bool', [STRING, BOOL], BOOL, (text, loose) => readAny(text, loose) instanceof SemverValue),
      ],
    },
    {
      name: 'isGreaterThan',
      overloads: [
        member(
          'semver_is_greater_than',
          BOTH,
          BOOL,
          two((order) => order === 1),
        ),
      ],
    },
    {
      name: 'isLessThan',
      overloads: [
        member(
          'semver_is_less_than',
          BOTH,
          BOOL,
          two((order) => order === -1),
        ),
      ],
    },
    { name: 'compareTo', overloads: [member('semver_compare_to', BOTH, INT, two(BigInt))] },
    part('major', 0),
    part('minor', 1),
    part('patch', 2),
  ],
};
