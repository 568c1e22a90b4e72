import {
  gvkOf,
  pathOfFact,
  toRefKey,
  type Effect,
  type Engine,
  type FactChange,
  type FieldChange,
  type KubernetesObject,
  type RefKey,
} from '../../model/index.ts';
import { compareBy, fromPointer, getAt, isArray, isEqualJson, type JsonValue } from '../../std/index.ts';
import { CauseFinder, type ChangedObjects, type Impact } from './causes.ts';
import { listConfigEffects } from './config-effects.ts';
import { createLifecycleEngine } from './lifecycle/index.ts';
import { findRestart } from './restarts.ts';
import { nameOfChange } from './reversal.ts';

/** What a plan does: the facts that each engine gains and loses, with their causes, and what restarts. */
export function listEffects(impact: Impact, engines: readonly Engine[]): readonly Effect[] {
  if (impact.changed.size === 0) return [];
  const restarts: Engine = { name: 'restart', compare: (_before, after) => listRestarts({ ...impact, after }) };
  return [restarts, createLifecycleEngine(impact), ...engines].flatMap((engine) => {
    const finder = new CauseFinder(impact, { namesIn: (world) => new Set(engine.compare(impact.before, world).map(nameOfChange)) });
    return engine.compare(impact.before, impact.after).map((change) => toEffect(change, finder));
  });
}

function toEffect(factChange: FactChange, finder: CauseFinder): Effect {
  const { engine, code, severity, subject, data } = factChange.fact;
  const found = finder.find({ ...factChange.fact, name: nameOfChange(factChange) });
  const path = pathOfFact(factChange.fact);
  return {
    engine,
    code,
    severity,
    change: factChange.change,
    ...(subject === undefined ? {} : { subject }),
    ...(path === undefined ? {} : { path }),
    data,
    ...found,
  };
}

function listRestarts({ before, after, changed }: Impact): readonly FactChange[] {
  const restarted = new Set<RefKey>();
  const changes: FactChange[] = [];
  for (const [key, { step, before: was }] of changed) {
    const is = after.get(step.ref);
    if (was === undefined || is === undefined || is === was) continue;
    if (step.action === 'replace') continue;
    const fact = findRestart({ before: was, after: is, fields: listKept(step.fields, is) }, before);
    if (fact === undefined) continue;
    if (fact.code === 'KP0201') restarted.add(key);
    changes.push({ change: 'gained', fact });
  }
  const anew = startedAnew(changed, restarted);
  for (const { step } of changed.values()) {
    const config = after.get(step.ref);
    if (config === undefined || step.fields.length === 0 || !isConfig(config)) continue;
    for (const fact of listConfigEffects({ object: config, fields: listKept(step.fields, config) }, after, anew)) {
      changes.push({ change: 'gained', fact });
    }
  }
  return changes.toSorted(
    compareBy(
      ({ fact }) => fact.code,
      ({ fact }) => fact.key,
    ),
  );
}

/** The changes of fields that an object holds: all, but in a world without some of them. */
function listKept(fields: readonly FieldChange[], object: KubernetesObject): readonly FieldChange[] {
  return fields.filter(({ path, before }) => !isEqualJson(getByPointer(object, path), before));
}

function getByPointer(object: KubernetesObject, pointer: string): JsonValue | undefined {
  return fromPointer(pointer).reduce<JsonValue | undefined>((value, step) => getAt(value, isArray(value) ? Number(step) : step), object);
}

/** Workloads whose pods start anew in this plan: restarted ones and those that are made. */
function startedAnew(changed: ChangedObjects, restarted: ReadonlySet<RefKey>): ReadonlySet<RefKey> {
  const created = [...changed.values()]
    .filter(({ step }) => step.action === 'create' || step.action === 'replace')
    .map(({ step }) => toRefKey(step.ref));
  return new Set([...restarted, ...created]);
}

function isConfig(object: KubernetesObject): boolean {
  const { group, kind } = gvkOf(object);
  return group === '' && (kind === 'ConfigMap' || kind === 'Secret');
}
