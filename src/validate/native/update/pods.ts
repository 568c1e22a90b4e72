import {
  getArray,
  getAt,
  getNumber,
  getObject,
  getString,
  isObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../../std/index.ts';
import { forbidden, invalid } from '../field-error.ts';
import { isLike } from './likeness.ts';
import type { Pair } from './pair.ts';

const POD_TEXT =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` ' +
  '(allow it to be set to 1 if it was previously negative)';
const MIRROR = 'kubernetes.io/config.mirror';

/** `ValidatePodUpdate`. Where a Pod is bound to is no update, but a binding. */
export function checkPodUpdate(pod: Pair): void {
  const spec = pod.at('spec');
  checkMirror(pod.at('metadata', 'annotations'));
  for (const name of ['containers', 'initContainers']) {
    const list = spec.at(name);
    if (list.itemsBefore.length !== list.is.items().length) return list.is.forbidden('pod updates may not add or remove containers');
  }
  if (!checkDeadline(spec.at('activeDeadlineSeconds'))) return undefined;
  checkTolerations(spec.at('tolerations'));
  checkGates(spec.at('schedulingGates'));
  const open = asOpen(spec);
  const isGated = spec.at('schedulingGates').itemsBefore.length > 0;
  if (isGated) Object.assign(open, placeGated(spec));
  const fixed = spec.holding(spec.before, open);
  if (!fixed.isSame) fixed.blame(forbidden(POD_TEXT));
  return undefined;
}

function checkMirror(annotations: Pair): void {
  const [was, is] = [annotations.before[MIRROR], annotations.is.object[MIRROR]];
  if (was === is) return;
  const what = was === undefined ? 'add' : 'remove or update';
  annotations.is.failBelow([MIRROR], forbidden(`may not ${what} mirror pod annotation`), `[${MIRROR}]`);
}

/** Whether the rest is looked at too. */
function checkDeadline(deadline: Pair): boolean {
  const [was, is] = [deadline.numberBefore, deadline.is.number];
  if (is === undefined) {
    if (was !== undefined) deadline.is.invalid('must not update from a positive integer to nil value', null);
    return true;
  }
  if (is < 0 || is > 2_147_483_647) return false;
  if (was === undefined || was >= is) return true;
  deadline.is.invalid('must be less than or equal to previous value');
  return false;
}

function checkTolerations(tolerations: Pair): void {
  const keyOf = (item: JsonValue | undefined): string =>
    stringifyJson(['key', 'operator', 'value', 'effect'].map((name) => getString(item, name) ?? ''));
  const after = new Set(tolerations.is.items().map(({ value }) => keyOf(value)));
  if (tolerations.itemsBefore.every((item) => after.has(keyOf(item)))) return;
  tolerations.is.forbidden('existing toleration can not be modified except its tolerationSeconds');
}

function checkGates(gates: Pair): void {
  const known = new Set(gates.itemsBefore.map((gate) => getString(gate, 'name')));
  const last = new Map(gates.is.items().map((gate) => [gate.at('name').text, gate.at('name')]));
  for (const [name, place] of last) {
    if (!known.has(name)) place.forbidden(`only deletion is allowed, but found new scheduling gate '${name}'`);
  }
}

const OPEN = ['activeDeadlineSeconds', 'schedulingGates', 'tolerations'];

/** The spec after, with what may change as it was before. */
function asOpen(spec: Pair): Record<string, JsonValue> {
  const [before, after] = [spec.before, spec.is.object];
  const kept = Object.fromEntries(OPEN.map((name) => [name, before[name] ?? null]));
  const images = Object.fromEntries(
    ['containers', 'initContainers'].map((name) => [name, withImages(getArray(after, name), getArray(before, name))]),
  );
  const isMended = (getNumber(before, 'terminationGracePeriodSeconds') ?? 0) < 0 && after['terminationGracePeriodSeconds'] === 1;
  const grace = before['terminationGracePeriodSeconds'] ?? null;
  return { ...after, ...kept, ...images, ...(isMended ? { terminationGracePeriodSeconds: grace } : {}) };
}

function withImages(containers: readonly JsonValue[], before: readonly JsonValue[]): readonly JsonValue[] {
  return containers.map((container, index) =>
    isObject(container) ? { ...container, image: getAt(before[index], 'image') ?? null } : container,
  );
}

/** Of a Pod behind a gate, where it may run can still be narrowed; answers these fields as they were before. */
function placeGated(spec: Pair): JsonObject {
  const selector = spec.at('nodeSelector');
  const isCut = Object.entries(selector.before).some(([key, value]) => selector.is.object[key] !== value);
  const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
  if (isCut) selector.is.fail(invalid(selector.is.value ?? null, why));
  const affinity = spec.at('affinity');
  const node = affinity.at('nodeAffinity');
  const nodeSelector = selector.was ?? null;
  if (node.isSame) return { nodeSelector };
  checkNodeTerms(node.at('requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms'));
  const { nodeAffinity: _, ...others } = affinity.is.object;
  const was = node.was;
  if (was === undefined && affinity.was === undefined && Object.keys(others).length === 0) return { nodeSelector, affinity: null };
  return { nodeSelector, affinity: { ...others, ...(was === undefined ? {} : { nodeAffinity: was }) } };
}

function checkNodeTerms(terms: Pair): void {
  const [before, after] = [terms.itemsBefore, terms.is.items()];
  if (before.length === 0) return;
  if (before.length !== after.length) {
    return terms.is.fail('Invalid value: no additions/deletions to non-empty NodeSelectorTerms list are allowed');
  }
  for (const [index, term] of after.entries()) {
    if (!isAddedTo(getObject(before[index]) ?? {}, term.object)) {
      term.fail('Invalid value: only additions are allowed (no mutations or deletions)');
    }
  }
  return undefined;
}

function isAddedTo(before: JsonObject, after: JsonObject): boolean {
  const fields = ['matchExpressions', 'matchFields'];
  const count = (term: JsonObject): number => fields.reduce((sum, name) => sum + getArray(term, name).length, 0);
  if (count(before) === 0 && count(after) > 0) return false;
  return fields.every((name) => {
    const known = getArray(before, name);
    return isLike(known, getArray(after, name).slice(0, known.length), undefined);
  });
}
