import { containersOf, parseQuantity } from '../../model/index.ts';
import { getObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { judgeQualifiedName } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { toDottedPath } from '../structural/cursor.ts';
import { failAs, invalid, NON_NEGATIVE, type Fail } from './field-error.ts';

const STANDARD = new Set(['cpu', 'ephemeral-storage', 'memory']);

/** What `ValidateResourceRequirements` says of containers. */
export function checkResources(spec: JsonObject, path: Path, report: Report): void {
  const fail = failAs('KV0105', report);
  for (const { container, path: own } of containersOf(spec)) {
    const resources = getObject(container, 'resources');
    if (resources === undefined) continue;
    const at = [...path, ...own, 'resources'];
    const limits = getObject(resources, 'limits') ?? {};
    const requests = getObject(resources, 'requests') ?? {};
    checkAmounts(limits, [...at, 'limits'], fail);
    checkAmounts(requests, [...at, 'requests'], fail);
    compare(requests, limits, [...at, 'requests'], fail);
  }
}

function checkAmounts(amounts: JsonObject, path: Path, fail: Fail): void {
  for (const name of Object.keys(amounts)) {
    const failHere = (words: string): void => fail([...path, name], words, `${toDottedPath(path)}[${name}]`);
    for (const reason of judgeQualifiedName(name)) failHere(invalid(name, reason));
    if (!STANDARD.has(name) && !name.includes('/') && !name.startsWith('hugepages-')) {
      failHere(invalid(name, 'must be a standard resource type or fully qualified'));
      failHere(invalid(name, 'must be a standard resource for containers'));
    }
    const amount = parseQuantity(amounts[name]);
    if (amount !== undefined && amount < 0n) failHere(invalid(toText(amounts[name]), NON_NEGATIVE));
  }
}

function compare(requests: JsonObject, limits: JsonObject, path: Path, fail: Fail): void {
  for (const name of Object.keys(requests)) {
    const request = parseQuantity(requests[name]);
    const limit = parseQuantity(limits[name]);
    if (request === undefined || limit === undefined) continue;
    const isShared = name === 'cpu' || name === 'memory' || name === 'ephemeral-storage';
    if (isShared ? request > limit : request !== limit) {
      const relation = isShared ? 'must be less than or equal to' : 'must be equal to';
      fail([...path, name], invalid(toText(requests[name]), `${relation} ${name} limit of ${toText(limits[name])}`), toDottedPath(path));
    }
  }
}

function toText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
