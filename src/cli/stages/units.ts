import { nextRun, parseCronSchedule } from '../../engine/controllers/index.ts';
import type { HealthCheck, SyncWindow, Unit } from '../../daemon/index.ts';
import { KplanError } from '../../model/index.ts';
import { getArray, getBoolean, getNumber, getObject, getString, sha256, stringifyJson, type JsonValue } from '../../std/index.ts';
import type { Config, UnitEntry } from '../config.ts';
import { parseDuration } from '../duration.ts';

/**
 * The units that a configuration lists. What else it says holds for all of them: a unit is kept otherwise once either
 * changes. Throws `INVALID_CONFIG` with the place for a schedule or time zone that is none.
 */
export function toUnits(config: Config): readonly Unit[] {
  const { units, health: _, find: __, ...rest } = config;
  const shared = stringifyJson(JSON.parse(JSON.stringify(rest)));
  return units.map((entry) => toUnit(entry, shared));
}

function toUnit({ value, place }: UnitEntry, shared: string): Unit {
  const duration = (field: string, ...path: readonly string[]): { readonly [K in string]?: number } => {
    const text = getString(value, ...path, field);
    return text === undefined ? {} : { [field]: parseDuration(text, `units.${field}`) };
  };
  const limits = getObject(value, 'limits');
  const [namespace, serviceAccount, context] = ['namespace', 'serviceAccount', 'context'].map((field) => getString(value, field));
  const retry = getNumber(value, 'retry', 'limit');
  return {
    name: getString(value, 'name') ?? '',
    path: toFolder(getString(value, 'path') ?? '.'),
    dependsOn: strings(value, 'dependsOn'),
    healthChecks: getArray(value, 'healthChecks').map(toHealthCheck),
    windows: getArray(value, 'windows').map((window) => toWindow(window, place)),
    allow: strings(value, 'allow'),
    limits: { ...count(limits, 'deletes'), ...count(limits, 'replaces'), ...count(limits, 'effects') },
    prune: getBoolean(value, 'prune') ?? true,
    suspend: getBoolean(value, 'suspend') ?? false,
    force: getBoolean(value, 'force') ?? false,
    onFailure: getString(value, 'onFailure') === 'rollback' ? 'rollback' : 'hold',
    deletionPolicy: getString(value, 'deletionPolicy') === 'delete' ? 'delete' : 'keep',
    ...duration('interval'),
    ...duration('timeout'),
    retry: { ...(retry === undefined ? {} : { limit: retry }), ...duration('backoff', 'retry'), ...duration('maxBackoff', 'retry') },
    ...(namespace === undefined ? {} : { namespace }),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
    ...(context === undefined ? {} : { context }),
    fingerprint: sha256(`${shared}\n${stringifyJson(value)}`),
  };
}

/** `./apps/shop/` and `apps/shop` are the same folder. */
function toFolder(path: string): string {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  return steps.length === 0 ? '.' : steps.join('/');
}

function count(limits: JsonValue | undefined, name: 'deletes' | 'effects' | 'replaces'): { readonly [K in typeof name]?: number } {
  const limit = getNumber(limits, name);
  return limit === undefined ? {} : { [name]: limit };
}

function toHealthCheck(value: JsonValue): HealthCheck {
  const namespace = getString(value, 'namespace');
  return {
    apiVersion: getString(value, 'apiVersion') ?? '',
    kind: getString(value, 'kind') ?? '',
    name: getString(value, 'name') ?? '',
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function toWindow(value: JsonValue, place: string): SyncWindow {
  const [text = '', timeZone] = [getString(value, 'schedule'), getString(value, 'timeZone')];
  const duration = getString(value, 'duration') ?? '';
  const schedule = parseCronSchedule(text);
  if (schedule === undefined)
    throw new KplanError('INVALID_CONFIG', `${place}: the window's schedule ${JSON.stringify(text)} is none`, {
      hint: 'write it as that of a CronJob: minute, hour, day, month, weekday',
    });
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw new KplanError('INVALID_CONFIG', `${place}: the window's time zone ${timeZone} is not known`, { hint: 'such as Europe/Berlin' });
  return {
    kind: getString(value, 'kind') === 'deny' ? 'deny' : 'allow',
    nextStart: (after) => nextRun(schedule, after, timeZone),
    duration: parseDuration(duration, 'units.windows.duration'),
    text: `${text} for ${duration}`,
  };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function strings(value: JsonValue, key: string): readonly string[] {
  return getArray(value, key).filter((item) => typeof item === 'string');
}
