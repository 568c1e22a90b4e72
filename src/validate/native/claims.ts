import { parseQuantity } from '../../model/index.ts';
import { isClaimOrSnapshot } from '../../model/schema/index.ts';
import { isEqualJson } from '../../std/index.ts';
import { judgeLabel, judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import type { Place } from './place.ts';
import { printQuantity } from './quantities.ts';
import { checkLabelSelector } from './selectors.ts';

/** The ways in which a volume may be used. */
export const ACCESS_MODES: readonly string[] = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** What `ValidatePersistentVolumeClaimSpec` says. */
export function checkClaimSpec(spec: Place, report: Report): void {
  const modes = spec.at('accessModes');
  if (modes.items().length === 0) modes.required('at least 1 access mode is required');
  checkLabelSelector(spec.below('selector'), spec.at('selector').path, report);
  checkModes(modes);
  checkSize(spec);
  spec.at('storageClassName').judged(judgeSubdomain);
  spec.at('volumeMode').oneOf(['Block', 'Filesystem']);
  checkSources(spec);
  spec.at('volumeAttributesClassName').judged(judgeSubdomain);
}

function checkModes(modes: Place): void {
  for (const mode of modes.items()) {
    if (!ACCESS_MODES.includes(mode.text)) mode.as(modes, '').unsupported(ACCESS_MODES, mode.text);
  }
  const hasAlone = modes.texts.includes('ReadWriteOncePod');
  if (hasAlone && modes.texts.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))) {
    modes.forbidden('may not use ReadWriteOncePod with other access modes');
  }
}

function checkSize(spec: Place): void {
  const size = spec.at('resources').at('requests').at('storage').as(spec.at('resources'), '[storage]');
  if (!spec.at('resources').at('requests').keys().includes('storage')) {
    const limit = spec.at('resources').at('limits').at('storage');
    return limit.isSet ? checkPositive(limit.as(spec.at('resources'), '[storage]')) : size.required();
  }
  return checkPositive(size);
}

/** `ValidatePositiveQuantityValue`. */
export function checkPositive(size: Place): void {
  const amount = parseQuantity(size.value);
  const printed = printQuantity(size.value);
  if (printed === '0' || (amount !== undefined && amount <= 0n)) size.invalid('must be greater than zero', printed);
}

function checkSources(spec: Place): void {
  const given = spec.at('dataSourceRef');
  // References to other namespaces are dropped unless a feature is on.
  const reference = given.at('namespace').text === '' ? given : given.holding(null);
  const source = spec.at('dataSource').isSet ? spec.at('dataSource') : reference.as(spec, '.dataSource');
  if (reference.isSet) checkSource(reference);
  if (source.isSet && (reference.isSet || isKept(source))) checkSource(source);
  if (!source.isSet || !reference.isSet) return;
  const same = ['apiGroup', 'kind', 'name'].every((field) => isEqualJson(source.below(field) ?? null, reference.below(field) ?? null));
  if (!same) spec.invalid('must match dataSourceRef', `${spec.field}.dataSource`);
}

/** The server forgets a source that is neither a claim nor a snapshot, but for templates of claims. */
function isKept(source: Place): boolean {
  return isClaimOrSnapshot(source.object) || source.path.includes('volumeClaimTemplates');
}

function checkSource(source: Place): void {
  const [group, kind, namespace] = [source.at('apiGroup'), source.at('kind'), source.at('namespace')];
  source.at('name').wanted();
  kind.wanted();
  if (group.text === '' && kind.text !== 'PersistentVolumeClaim') {
    source.invalid("must be 'PersistentVolumeClaim' when referencing the default apiGroup", kind.text);
  }
  group.judged(judgeSubdomain);
  namespace.judged(judgeLabel);
}
