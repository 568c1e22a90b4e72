import {
  compileCel,
  createDeviceEnvironment,
  EntryMap,
  Failure,
  readQuantity,
  readSemver,
  type Result,
  type Value,
} from '../../../cel/index.ts';
import { getBoolean, getNumber, getString, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { CycleError } from '../cycle-error.ts';
import type { Device } from './device.ts';

/** What a selector may cost (`CELSelectorExpressionMaxCost`). */
const BUDGET = 1_000_000;

type Program = Extract<ReturnType<typeof compileCel>, { ok: true }>['program'];

/** Asks devices whether CEL selectors match them; `where` says for messages whose selector it is. */
export class DeviceSelectors {
  readonly #environment: ReturnType<typeof createDeviceEnvironment>;
  readonly #programs = new Map<string, Program | Error>();
  readonly #answers = new Map<string, boolean>();

  constructor(kubernetesVersion: string) {
    this.#environment = createDeviceEnvironment(kubernetesVersion);
  }

  /** Whether all of these select a device; an error in one ends the scheduling of the pod. */
  match(selectors: readonly string[], device: Device, where: string): boolean {
    return selectors.every((expression, index) => {
      const key = `${device.id} ${expression}`;
      let answer = this.#answers.get(key);
      if (answer === undefined) this.#answers.set(key, (answer = this.#ask(expression, device, `${where}: selector #${index}`)));
      return answer;
    });
  }

  #ask(expression: string, device: Device, where: string): boolean {
    const program = this.#programOf(expression);
    if (program instanceof Error) throw new CycleError(`${where}: CEL compile error: ${program.message}`);
    const evaluation = program.evaluate({ device: toValue(device) }, { budget: BUDGET });
    if (evaluation.outcome === 'value' && typeof evaluation.value === 'boolean') return evaluation.value;
    const problem = evaluation.outcome === 'error' ? evaluation.error : 'CEL expression did not evaluate to bool';
    throw new CycleError(`${where}: CEL runtime error: ${problem}`);
  }

  #programOf(expression: string): Program | Error {
    let program = this.#programs.get(expression);
    if (program === undefined) {
      const compiled = compileCel(expression, this.#environment);
      program = compiled.ok ? compiled.program : new Error(`compilation failed: ${compiled.message}`);
      this.#programs.set(expression, program);
    }
    return program;
  }
}

/** A map in which every domain is: one that the device says nothing of is empty. */
class Domains extends EntryMap {
  override find(key: Value): Result | undefined {
    return super.find(key) ?? new EntryMap();
  }
}

function toValue({ driver, attributes, capacity }: Device): EntryMap {
  return new EntryMap([
    ['allowMultipleAllocations', false],
    ['attributes', toDomains(attributes, driver, toAttribute)],
    ['capacity', toDomains(capacity, driver, (item) => readQuantity(String(getString(item, 'value') ?? getString(item) ?? '0')))],
    ['driver', driver],
  ]);
}

function toDomains(items: JsonObject, driver: string, read: (item: JsonValue) => Result): EntryMap {
  const domains = new Map<string, [Value, Value][]>();
  for (const [name, item] of Object.entries(items)) {
    const value = read(item);
    if (value instanceof Failure) throw new CycleError(`attribute ${name}: ${value.message}`);
    const slash = name.indexOf('/');
    const [domain, id] = slash < 0 ? [driver, name] : [name.slice(0, slash), name.slice(slash + 1)];
    // Only failures are no values here, and these ended it.
    domains.set(domain, [...(domains.get(domain) ?? []), [id, value as Value]]);
  }
  return new Domains([...domains].map(([domain, entries]): [Value, Value] => [domain, new EntryMap(entries)]));
}

function toAttribute(attribute: JsonValue): Result {
  const version = getString(attribute, 'version');
  if (version !== undefined) return readSemver(version);
  const number = getNumber(attribute, 'int');
  if (number !== undefined) return BigInt(number);
  return getBoolean(attribute, 'bool') ?? getString(attribute, 'string') ?? new Failure('unsupported attribute value');
}
