import type { KubernetesObject } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { judgeConfigKey } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { Place } from './place.ts';

const CODE = 'KV0123';

/** What `ValidateConfigMap` says. */
export function checkConfigMap(object: KubernetesObject, report: Report): void {
  const place = Place.of(object, [], CODE, report);
  checkKeys(place.at('data'), place.at('data'));
  checkKeys(place.at('binaryData'), place.at('binaryData'));
  const bytes = new Set(place.at('binaryData').keys());
  for (const key of place.at('data').keys()) {
    if (bytes.has(key)) place.at('data').entry(key).invalid('duplicate of key present in binaryData', key);
  }
}

/** The keys that a Secret of a type must have. */
const WANTED: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
]);

/** What `ValidateSecret` says. The texts of `stringData` are data to the server. */
export function checkSecret(object: KubernetesObject, report: Report): void {
  const place = Place.of(object, [], CODE, report);
  const [data, texts] = [place.at('data'), place.at('stringData')];
  for (const map of [data, texts]) checkKeys(map, data);
  const keys = new Set([...data.keys(), ...texts.keys()]);
  const type = getString(object, 'type') ?? '';
  for (const key of WANTED.get(type) ?? []) if (!keys.has(key)) data.entry(key).required();
  const hasLogin = keys.has('username') || keys.has('password');
  if (type === 'kubernetes.io/basic-auth' && !hasLogin) for (const key of ['username', 'password']) data.entry(key).required();
  const account = place.at('metadata').at('annotations').entry('kubernetes.io/service-account.name');
  if (type === 'kubernetes.io/service-account-token' && account.text === '') account.required();
}

function checkKeys(map: Place, named: Place): void {
  for (const key of map.keys()) for (const reason of judgeConfigKey(key)) map.at(key).as(named, `[${key}]`).invalid(reason, key);
}
