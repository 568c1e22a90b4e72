import { getArray, getAt, getNumber, getObject, getString, type JsonValue } from '../../../std/index.ts';
import { duplicate, forbidden, invalid, notSupported, required, type ConfigurationProblem } from './field-errors.ts';

type Problems = readonly ConfigurationProblem[];

/** What is wrong with the arguments of a plugin (`validation_pluginargs.go`); `path` is the field that holds them. */
export function validateArguments(plugin: string, args: JsonValue, path: string): Problems {
  return VALIDATORS.get(plugin)?.(args, path) ?? [];
}

/** The fields that the arguments of each plugin may have. */
export const ARGUMENT_FIELDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries<readonly string[]>({
    DefaultPreemption: ['minCandidateNodesAbsolute', 'minCandidateNodesPercentage'],
    DynamicResources: ['bindingTimeout', 'filterTimeout'],
    InterPodAffinity: ['hardPodAffinityWeight', 'ignorePreferredTermsOfExistingPods'],
    NodeAffinity: ['addedAffinity'],
    NodeResourcesBalancedAllocation: ['resources'],
    NodeResourcesFit: ['ignoredResourceGroups', 'ignoredResources', 'scoringStrategy'],
    PodTopologySpread: ['defaultConstraints', 'defaultingType'],
    VolumeBinding: ['bindTimeoutSeconds', 'shape'],
  }),
);

const VALIDATORS: ReadonlyMap<string, (args: JsonValue, path: string) => Problems> = new Map(
  Object.entries<(args: JsonValue, path: string) => Problems>({
    DefaultPreemption: validatePreemption,
    InterPodAffinity: (args, path) => within(args, path, 'hardPodAffinityWeight', { least: 0, most: 100, standard: 1 }, '[0, 100]'),
    NodeResourcesBalancedAllocation: validateBalanced,
    NodeResourcesFit: validateFit,
    PodTopologySpread: validateSpread,
    VolumeBinding: (args, path) =>
      (getNumber(args, 'bindTimeoutSeconds') ?? 600) < 0
        ? [
            invalid(
              `${path}.bindTimeoutSeconds`,
              getNumber(args, 'bindTimeoutSeconds') ?? 0,
              'invalid BindTimeoutSeconds, should not be a negative value',
            ),
          ]
        : [],
  }),
);

interface Range {
  readonly least: number;
  readonly most: number;
  readonly standard: number;
}

function within(args: JsonValue, path: string, field: string, { least, most, standard }: Range, range: string): Problems {
  const value = getNumber(args, field) ?? standard;
  return value < least || value > most ? [invalid(`${path}.${field}`, value, `not in valid range ${range}`)] : [];
}

function validatePreemption(args: JsonValue, path: string): Problems {
  const [percentage, absolute] = ['minCandidateNodesPercentage', 'minCandidateNodesAbsolute'] as const;
  const problems = [
    ...within(args, path, percentage, { least: 0, most: 100, standard: 10 }, '[0, 100]'),
    ...within(args, path, absolute, { least: 0, most: Infinity, standard: 100 }, '[0, inf)'),
  ];
  if ((getNumber(args, percentage) ?? 10) !== 0 || (getNumber(args, absolute) ?? 100) !== 0) return problems;
  return [
    ...problems,
    invalid(`${path}.${percentage}`, 0, `cannot be zero at the same time as ${absolute}`),
    invalid(`${path}.${absolute}`, 0, `cannot be zero at the same time as ${percentage}`),
  ];
}

function validateBalanced(args: JsonValue, path: string): Problems {
  const seen = new Set<string>();
  return getArray(args, 'resources').flatMap((resource, index) => {
    const name = getString(resource, 'name') ?? '';
    const at = `${path}.resources[${index}]`;
    const weight = getNumber(resource, 'weight') ?? 1;
    const problems = seen.has(name) ? [duplicate(`${at}.name`, name)] : [];
    seen.add(name);
    return weight === 1 || weight === 0 ? problems : [...problems, invalid(`${at}.weight`, weight, 'must be 1')];
  });
}

const STRATEGIES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];
const LABEL = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function validateFit(args: JsonValue, path: string): Problems {
  const names = (field: string): Problems =>
    getArray(args, field).flatMap((item, index) => {
      const at = `${path}.${field}[${index}]`;
      const name = typeof item === 'string' ? item : '';
      const grouped =
        field === 'ignoredResourceGroups' && name.includes('/') ? [invalid(at, name, "resource group name can't contain '/'")] : [];
      return [...grouped, ...(LABEL.test(name) ? [] : [invalid(at, name, NAME_PART)])];
    });
  const strategy = getObject(args, 'scoringStrategy');
  return [
    ...names('ignoredResources'),
    ...names('ignoredResourceGroups'),
    ...(strategy === undefined ? [] : validateStrategy(strategy, `${path}.scoringStrategy`)),
  ];
}

function validateStrategy(strategy: JsonValue, path: string): Problems {
  const type = getString(strategy, 'type') ?? '';
  const resources = getArray(strategy, 'resources').flatMap((resource, index) => {
    const weight = getNumber(resource, 'weight') || 1;
    if (weight > 0 && weight <= 100) return [];
    const why = `resource weight of ${getString(resource, 'name') ?? ''} not in valid range (0, 100]`;
    return [invalid(`${path}.resources[${index}].weight`, weight, why)];
  });
  const ratio = getObject(strategy, 'requestedToCapacityRatio');
  const ratioPath = `${path}.requestedToCapacityRatio`;
  const known = STRATEGIES.includes(type) ? [] : [notSupported(`${path}.type`, type, STRATEGIES)];
  if (type !== 'RequestedToCapacityRatio') {
    const extra = ratio === undefined ? [] : [forbidden(ratioPath, 'must be nil when type is not RequestedToCapacityRatio')];
    return [...known, ...resources, ...extra];
  }
  if (ratio === undefined) return [...resources, required(ratioPath, 'must be specified when type is RequestedToCapacityRatio')];
  return [...resources, ...validateShape(getArray(ratio, 'shape'), `${ratioPath}.shape`)];
}

function validateShape(shape: readonly JsonValue[], path: string): Problems {
  if (shape.length === 0) return [required(path, 'at least one point must be specified')];
  const valueOf = (index: number, field: string): number => getNumber(shape[index] ?? null, field) ?? 0;
  const falling = shape.findIndex((_, index) => index > 0 && valueOf(index - 1, 'utilization') >= valueOf(index, 'utilization'));
  const order =
    falling < 0
      ? []
      : [invalid(`${path}[${falling}].utilization`, valueOf(falling, 'utilization'), 'values must be sorted in increasing order')];
  const points = shape.flatMap((point, index) => [
    ...within(point, `${path}[${index}]`, 'utilization', { least: 0, most: 100, standard: 0 }, '[0, 100]'),
    ...within(point, `${path}[${index}]`, 'score', { least: 0, most: 10, standard: 0 }, '[0, 10]'),
  ]);
  return [...order, ...points];
}

function validateSpread(args: JsonValue, path: string): Problems {
  const constraints = getArray(args, 'defaultConstraints');
  const type = getString(args, 'defaultingType') ?? 'System';
  const typePath = `${path}.defaultingType`;
  const typed =
    type !== 'System' && type !== 'List'
      ? [notSupported(typePath, type, ['System', 'List'])]
      : type === 'System' && constraints.length > 0
        ? [invalid(typePath, type, 'when .defaultConstraints are not empty')]
        : [];
  const all = constraints.flatMap((_, index) => validateConstraint(constraints, index, `${path}.defaultConstraints[${index}]`));
  return [...typed, ...all];
}

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];

function validateConstraint(constraints: readonly JsonValue[], index: number, path: string): Problems {
  const constraint = constraints[index] ?? null;
  const maxSkew = getNumber(constraint, 'maxSkew') ?? 0;
  const topologyKey = getString(constraint, 'topologyKey') ?? '';
  const action = getString(constraint, 'whenUnsatisfiable') ?? '';
  const isSame = (other: JsonValue): boolean =>
    (getString(other, 'topologyKey') ?? '') === topologyKey && (getString(other, 'whenUnsatisfiable') ?? '') === action;
  return [
    ...(maxSkew > 0 ? [] : [invalid(`${path}.maxSkew`, maxSkew, 'not in valid range (0, inf)')]),
    ...(topologyKey === '' ? [required(`${path}.topologyKey`, 'can not be empty')] : []),
    ...(topologyKey === '' || LABEL.test(topologyKey) ? [] : [invalid(`${path}.topologyKey`, topologyKey, NAME_PART)]),
    ...(action === '' ? [required(`${path}.whenUnsatisfiable`, 'can not be empty')] : []),
    ...(action === '' || ACTIONS.includes(action) ? [] : [notSupported(`${path}.whenUnsatisfiable`, action, ACTIONS)]),
    ...(getAt(constraint, 'labelSelector') === undefined
      ? []
      : [forbidden(`${path}.labelSelector`, 'constraint must not define a selector, as they deduced for each pod')]),
    ...(constraints.slice(0, index).some(isSame) ? [duplicate(path, `{${topologyKey}, ${action}}`)] : []),
  ];
}
