import { containersOf } from '../../model/index.ts';
import { getArray, getBoolean, getNumber, getObject, getString, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { judgeQualifiedName, judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { duplicate, failAs, invalid, unsupported, type Fail } from './field-error.ts';

const ID_RANGE = 'must be between 0 and 2147483647, inclusive';

/** What `ValidatePodSpec` says of names, tolerations, spreading and security. */
export function checkPodRules(spec: JsonObject, path: Path, report: Report): void {
  checkNames(spec, path, failAs('KV0121', report));
  checkTolerations(spec, path, failAs('KV0119', report));
  checkSpreading(spec, path, failAs('KV0119', report));
  checkSecurity(spec, path, failAs('KV0120', report));
}

function checkNames(spec: JsonObject, path: Path, fail: Fail): void {
  for (const field of ['priorityClassName', 'runtimeClassName', 'serviceAccountName']) {
    const name = getString(spec, field) ?? '';
    for (const reason of name === '' ? [] : judgeSubdomain(name)) fail([...path, field], invalid(name, reason));
  }
}

/** What `ValidateTolerations` says of the tolerations below a path. */
export function checkTolerations(spec: JsonObject, path: Path, fail: Fail): void {
  for (const [index, toleration] of getArray(spec, 'tolerations').entries()) {
    const at = [...path, 'tolerations', index];
    const operator = getString(toleration, 'operator') ?? '';
    const value = getString(toleration, 'value') ?? '';
    const key = getString(toleration, 'key') ?? '';
    for (const reason of key === '' ? [] : judgeQualifiedName(key)) fail([...at, 'key'], invalid(key, reason));
    if (key === '' && operator !== 'Exists') {
      fail(
        [...at, 'operator'],
        invalid(operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"'),
      );
    }
    // Comparing taints as numbers is an alpha feature, which the server's list of values does not know.
    if (operator === 'Lt' || operator === 'Gt') fail([...at, 'operator'], unsupported(operator, ['Equal', 'Exists', 'Lt', 'Gt']));
    if (operator === 'Exists' && value !== '') fail([...at, 'operator'], invalid(value, "value must be empty when `operator` is 'Exists'"));
    const seconds = getNumber(toleration, 'tolerationSeconds');
    const effect = getString(toleration, 'effect') ?? '';
    if (seconds !== undefined && effect !== 'NoExecute')
      fail([...at, 'effect'], invalid(effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
}

function checkSpreading(spec: JsonObject, path: Path, fail: Fail): void {
  const seen = new Set<string>();
  for (const [index, constraint] of getArray(spec, 'topologySpreadConstraints').entries()) {
    const at = [...path, 'topologySpreadConstraints', index];
    const skew = getNumber(constraint, 'maxSkew');
    if (skew !== undefined && skew <= 0) fail([...at, 'maxSkew'], invalid(skew, 'must be greater than zero'));
    const key = `{${getString(constraint, 'topologyKey') ?? ''}, ${getString(constraint, 'whenUnsatisfiable') ?? ''}}`;
    if (seen.has(key)) fail(at, duplicate(key), toConstraintField(path, index));
    seen.add(key);
  }
}

function toConstraintField(path: Path, index: number): string {
  return `${path.join('.')}.topologySpreadConstraints[${index - 1}].{topologyKey, whenUnsatisfiable}`;
}

function checkSecurity(spec: JsonObject, path: Path, fail: Fail): void {
  checkIds(spec['securityContext'], [...path, 'securityContext'], ['runAsUser', 'runAsGroup', 'fsGroup'], fail);
  for (const { container, path: own } of containersOf(spec)) {
    const at = [...path, ...own, 'securityContext'];
    checkIds(container['securityContext'], at, ['runAsUser', 'runAsGroup'], fail);
    const context = getObject(container, 'securityContext');
    if (context !== undefined && getBoolean(context, 'allowPrivilegeEscalation') === false) checkEscalation(context, at, fail);
  }
}

function checkIds(context: JsonValue | undefined, path: Path, fields: readonly string[], fail: Fail): void {
  for (const field of fields) {
    const value = getNumber(context, field);
    if (value !== undefined && (value < 0 || value > 2147483647)) fail([...path, field], invalid(value, ID_RANGE));
  }
}

/** The fields of the server's own type, in its order: it prints the whole of it. */
const CONTEXT_FIELDS = [
  'Capabilities',
  'Privileged',
  'SELinuxOptions',
  'WindowsOptions',
  'RunAsUser',
  'RunAsGroup',
  'RunAsNonRoot',
  'ReadOnlyRootFilesystem',
  'AllowPrivilegeEscalation',
  'ProcMount',
  'SeccompProfile',
  'AppArmorProfile',
];

function checkEscalation(context: JsonObject, path: Path, fail: Fail): void {
  const printed = Object.fromEntries(CONTEXT_FIELDS.map((name) => [name, context[name.charAt(0).toLowerCase() + name.slice(1)] ?? null]));
  if (getBoolean(context, 'privileged') === true) {
    fail(path, invalid(printed, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  }
  if (getArray(context, 'capabilities', 'add').includes('CAP_SYS_ADMIN')) {
    fail(path, invalid(printed, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'));
  }
}
