import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pullPolicyOf } from '../../../src/model/schema/native-defaults/image.ts';

const cases = [
  { name: 'no tag means latest', input: 'nginx', want: 'Always' },
  { name: 'latest', input: 'registry.example.com:5000/a/b:latest', want: 'Always' },
  { name: 'a port is no tag', input: 'registry.example.com:5000/a/b', want: 'Always' },
  { name: 'a tag', input: 'localhost/a:1.2', want: 'IfNotPresent' },
  { name: 'a digest alone', input: `a@sha256:${'a'.repeat(64)}`, want: 'IfNotPresent' },
  { name: 'a tag latest beside a digest', input: `a:latest@sha256:${'a'.repeat(64)}`, want: 'Always' },
  { name: 'capitals in the path are no reference', input: 'Nginx:latest', want: 'IfNotPresent' },
  { name: 'capitals in the host are', input: 'Example.com/nginx:latest', want: 'Always' },
  { name: 'an identifier is no reference', input: 'a'.repeat(64), want: 'IfNotPresent' },
  { name: 'a digest that is none', input: 'a@sha256:short', want: 'IfNotPresent' },
  { name: 'nothing', input: '', want: 'IfNotPresent' },
  { name: 'a path that is too long, with library/ before it', input: 'a'.repeat(248), want: 'IfNotPresent' },
  { name: 'the longest path', input: 'a'.repeat(247), want: 'Always' },
] as const;

for (const { name, input, want } of cases) test(name, () => assert.equal(pullPolicyOf(input), want));
