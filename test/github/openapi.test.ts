import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '../../src/std/index.ts';
import { GithubDescription } from './openapi.ts';

const CHECK = { name: 'kplan', head_sha: 'abc', status: 'in_progress', output: { title: 't', summary: 's', annotations: [] } };
const ANNOTATION = { path: 'a.yaml', start_line: 1, end_line: 1, annotation_level: 'failure', message: 'm' };

describe("GitHub's description", () => {
  const description = GithubDescription.read();
  const cases: readonly {
    readonly name: string;
    readonly request: string;
    readonly body?: JsonValue;
    readonly want: RegExp | undefined;
  }[] = [
    { name: 'takes a check', request: 'POST /repos/o/r/check-runs', body: CHECK, want: undefined },
    { name: 'takes a list', request: 'GET /repos/o/r/issues/7/comments?per_page=100&page=2', want: undefined },
    { name: 'knows no other path', request: 'GET /repos/o/r/issue/7', want: /no such operation/ },
    { name: 'knows no other method', request: 'PUT /repos/o/r/check-runs', body: CHECK, want: /no such operation/ },
    { name: 'knows no other query', request: 'GET /repos/o/r/issues/7/comments?size=100', want: /no query parameter is called size/ },
    {
      name: 'knows no other field',
      request: 'POST /repos/o/r/check-runs',
      body: { ...CHECK, colour: 'red' },
      want: /no field is called colour/,
    },
    {
      name: 'takes fifty annotations at most',
      request: 'POST /repos/o/r/check-runs',
      body: { ...CHECK, output: { ...CHECK.output, annotations: Array.from({ length: 51 }, () => ANNOTATION) } },
      want: /must NOT have more than 50 items/,
    },
    {
      name: 'takes no other level',
      request: 'POST /repos/o/r/check-runs',
      body: { ...CHECK, output: { ...CHECK.output, annotations: [{ ...ANNOTATION, annotation_level: 'error' }] } },
      want: /allowed values/,
    },
    {
      name: 'wants the body of a comment',
      request: 'POST /repos/o/r/issues/7/comments',
      body: {},
      want: /must have required property 'body'/,
    },
    { name: 'takes no other state', request: 'POST /repos/o/r/statuses/abc', body: { state: 'neutral' }, want: /allowed values/ },
  ];
  for (const { name, request, body, want } of cases) {
    it(name, () => {
      const [method = '', path = ''] = request.split(' ');
      const problems = description.listProblems(method, new URL(path, 'http://github'), body).join('; ');
      if (want === undefined) assert.equal(problems, '');
      else assert.match(problems, want);
    });
  }
});
