import { readRequestInfo, type RequestInfo } from '../../src/cluster/index.ts';
import { getBoolean, getObject, getString, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';

const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'get'];
const PREFIXES = [
  '/api/v1',
  '/api/v1',
  '/apis/apps/v1',
  '/apis/apps/v1',
  '/api',
  '/apis',
  '/apis/apps',
  '/healthz',
  '',
  '//api/v1',
  '/x/v1',
];
const PARTS = [
  'namespaces',
  'namespaces',
  'namespaces',
  'shop',
  'pods',
  'pods',
  'web',
  'status',
  'finalize',
  'log',
  'proxy',
  'watch',
  '',
  'a%2Fb',
  '%zz',
  'ä',
];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  continue: ['x'],
  fieldSelector: [
    'metadata.name=web',
    'metadata.name%3Dweb',
    'metadata.name%3D%3Dweb%2Cspec.nodeName%3Dn',
    'metadata.name!=web',
    'a%3Db%2Cmetadata.name%3Dx',
    'metadata.name%3D..',
    'metadata.name%3Da%2Fb',
    'metadata.name%3Da%5C%2Cb',
    'metadata.name%3Da%5Cb',
    'metadata.name=a%3Db',
    'metadata.name',
    '',
  ],
  labelSelector: ['app%3Dweb', 'app+in+(a,b)', 'app in', '%21%21', ''],
  limit: ['1', '-1', '+2', 'x', '', '9223372036854775808', '9223372036854775807'],
  timeoutSeconds: ['30', '1.5', '0x1'],
  watch: ['true', '1', '0', 'False', '', 'x'],
};

const VERBS = ['', 'create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

/** Whether raw requests are taken for what the API server takes them for. */
export const requestJudge: OracleJudge = {
  subject: 'request',
  cases: 8000,
  branches: [
    ...VERBS.map((verb) => `resource: ${verb}`),
    'path',
    'unread',
    'named by a field selector',
    'with a field selector',
    'subresource',
    'in a namespace',
  ],
  generate: (random) => ({ method: random.pick(METHODS), target: makeTarget(random) }),
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const [method, target] = [getString(input, 'method'), getString(input, 'target')];
  if (method === undefined || target === undefined || !target.startsWith('/')) return undefined;
  const info = readRequestInfo(method, target);
  const ours = 'problem' in info ? 'unread' : stringifyJson({ ...info });
  const servers = getBoolean(answer, 'unread') === true ? 'unread' : stringifyJson(toInfo(getObject(answer, 'info') ?? {}));
  const coverage = describe(info, target);
  if (ours === servers) return { coverage };
  return { coverage, difference: { signature: coverage[0] ?? '', ours, servers } };
}

function toInfo(answer: JsonValue): JsonValue {
  const text = (field: string): string => getString(answer, field) ?? '';
  if (text('path') !== '') return { kind: 'path', verb: text('verb'), path: text('path') };
  const { group, resource, subresource } = { group: text('group'), resource: text('resource'), subresource: text('subresource') };
  const asked = { kind: 'resource', verb: text('verb'), group, resource, subresource, namespace: text('namespace'), name: text('name') };
  return text('fieldSelector') === '' ? asked : { ...asked, fieldSelector: text('fieldSelector') };
}

function describe(info: RequestInfo | { readonly problem: string }, target: string): readonly string[] {
  if ('problem' in info) return ['unread'];
  if (info.kind === 'path') return ['path'];
  return [
    `resource: ${info.verb}`,
    ...(info.name !== '' && (info.verb === 'list' || info.verb === 'watch') && target.includes('fieldSelector')
      ? ['named by a field selector']
      : []),
    ...(info.fieldSelector === undefined ? [] : ['with a field selector']),
    ...(info.subresource === '' ? [] : ['subresource']),
    ...(info.namespace === '' ? [] : ['in a namespace']),
  ];
}

function makeTarget(random: Random): string {
  const parts = random.once(3) ? makeUsual(random) : random.list(random.below(6), () => random.pick(PARTS));
  const path = [random.pick(PREFIXES), ...parts].join('/') || '/';
  const query = random.once(2) ? [] : random.list(1 + random.below(3), () => makePair(random));
  return `${path}${random.once(12) ? '/' : ''}${query.length === 0 ? '' : `?${query.join(random.once(10) ? ';' : '&')}`}`;
}

function makeUsual(random: Random): readonly string[] {
  const within = random.once(3) ? [] : ['namespaces', 'shop'];
  return [...(random.once(8) ? [random.pick(['proxy', 'watch'])] : []), ...within, 'pods', ...(random.once(2) ? [] : ['web', 'log'])];
}

function makePair(random: Random): string {
  const key = random.pick(Object.keys(VALUES));
  return random.once(10) ? key : `${key}=${random.pick(VALUES[key] ?? [''])}`;
}
