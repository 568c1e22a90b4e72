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
    const field = `${toDottedPath(path)}[${name}]`;
    for (const reason of judgeQualifiedName(name)) fail([...path, name], invalid(name, reason), field);
    if (!name.includes('/') && !STANDARD.has(name) && !name.startsWith('hugepages-')) {
      fail([...path, name], invalid(name, 'must be a standard resource type or fully qualified'), field);
      fail([...path, name], invalid(name, 'must be a standard resource for containers'), field);
    }
    const amount = parseQuantity(amounts[name]);
    if (amount !== undefined && amount < 0n) fail([...path, name], invalid(toText(amounts[name]), NON_NEGATIVE), field);
  }
}

function compare(requests: JsonObject, limits: JsonObject, path: Path, fail: Fail): void {
  for (const name of Object.keys(requests)) {
    const request = parseQuantity(requests[name]);
    const limit = parseQuantity(limits[name]);
    if (request === undefined || limit === undefined) continue;
    const isShared = name === 'cpu' || name === 'memory' || name === 'ephemeral-storage';
    const value = toText(requests[name]);
    if (isShared ? request > limit : request !== limit) {
      const relation = isShared ? 'must be less than or equal to' : 'must be equal to';
      fail([...path, name], invalid(value, `${relation} ${name} limit of ${toText(limits[name])}`), toDottedPath(path));
    }
  }
}

function toText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
