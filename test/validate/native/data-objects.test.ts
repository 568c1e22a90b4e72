import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalog } from '../../../src/model/schema/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { judgeOurselves } from '../../judges/validate.judge.ts';

const CATALOG = loadCatalog('1.36');
const MEBIBYTE = 1024 * 1024;
const metadata = { name: 'x', namespace: 'shop' };
const secret = (type: string, content: JsonObject): JsonObject => ({ apiVersion: 'v1', kind: 'Secret', metadata, type, ...content });
const config = (content: JsonObject): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata, ...content });
const encode = (text: string): string => Buffer.from(text).toString('base64');
const LOGIN = 'kubernetes.io/dockerconfigjson';
const REDACTED = 'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>"';
const TOO_LONG = `Too long: may not be more than ${MEBIBYTE} bytes`;

const CASES: readonly { readonly name: string; readonly object: JsonObject; readonly want: readonly string[] }[] = [
  { name: 'a login', object: secret(LOGIN, { data: { '.dockerconfigjson': encode('{"auths": {}}') } }), want: [] },
  {
    name: 'a login that is encoded twice',
    object: secret(LOGIN, { data: { '.dockerconfigjson': encode(encode('{"auths": {}}')) } }),
    want: [`${REDACTED}: invalid character 'e' looking for beginning of value`],
  },
  {
    name: 'a login that is a list, as text',
    object: secret(LOGIN, { stringData: { '.dockerconfigjson': '[]' } }),
    want: [`${REDACTED}: json: cannot unmarshal array into Go value of type map[string]interface {}`],
  },
  {
    name: 'text stands for what is encoded',
    object: secret(LOGIN, { data: { '.dockerconfigjson': encode('x') }, stringData: { '.dockerconfigjson': '{}' } }),
    want: [],
  },
  {
    name: 'an empty key for SSH',
    object: secret('kubernetes.io/ssh-auth', { data: { 'ssh-privatekey': '' } }),
    want: ['data[ssh-privatekey]: Required value'],
  },
  { name: 'as much as a Secret may hold', object: secret('Opaque', { data: { a: encode('x'.repeat(MEBIBYTE)) } }), want: [] },
  {
    name: 'more than a Secret may hold',
    object: secret('Opaque', { data: { a: encode('x'.repeat(MEBIBYTE)) }, stringData: { b: 'x' } }),
    want: [`data: ${TOO_LONG}`],
  },
  { name: 'as much as a ConfigMap may hold', object: config({ data: { a: 'x'.repeat(MEBIBYTE) } }), want: [] },
  {
    name: 'more than a ConfigMap may hold, in letters of two bytes',
    object: config({ data: { a: 'é'.repeat(MEBIBYTE / 2) }, binaryData: { b: encode('x') } }),
    want: [`: ${TOO_LONG}`],
  },
];

for (const { name, object, want } of CASES) test(name, () => assert.deepEqual(judgeOurselves(object, CATALOG), want));
