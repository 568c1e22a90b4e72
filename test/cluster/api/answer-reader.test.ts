import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AnswerReader, type RawAnswer } from '../../../src/cluster/api/answer-reader.ts';

/** What is read of some pieces, the connection ending after the last of them. */
function read(...pieces: readonly string[]): { readonly answer: RawAnswer | undefined; readonly atEnd: boolean } {
  const reader = new AnswerReader();
  let answer: RawAnswer | undefined;
  for (const piece of pieces) answer = reader.take(Buffer.from(piece, 'latin1'));
  return answer === undefined ? { answer: reader.end(), atEnd: true } : { answer, atEnd: false };
}

const WHOLE: readonly {
  readonly name: string;
  readonly text: string;
  readonly want: readonly [number, string, boolean];
  readonly atEnd?: true;
}[] = [
  { name: 'a body of a known length', text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', want: [200, 'hello', true] },
  { name: 'no body', text: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', want: [200, '', true] },
  { name: 'no reason phrase', text: 'HTTP/1.1 201\r\ncontent-length: 1\r\n\r\nx', want: [201, 'x', true] },
  { name: 'not modified has no body', text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n', want: [304, '', true] },
  {
    name: 'chunks, with an extension and a trailer',
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n00a\r\n, as ever.\r\n0\r\nX-Sum: 1\r\n\r\n',
    want: [200, 'hello, as ever.', true],
  },
  {
    name: 'what comes before the answer',
    text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
    want: [200, 'x', true],
  },
  {
    name: 'a connection that is not kept',
    text: 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx',
    want: [200, 'x', false],
  },
  { name: 'HTTP/1.0 keeps none', text: 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx', want: [200, 'x', false] },
  {
    name: 'a body that ends with the connection',
    text: 'HTTP/1.1 200 OK\r\n\r\nuntil the end',
    want: [200, 'until the end', false],
    atEnd: true,
  },
  {
    name: 'chunks count where there is a length, too, and the connection is not trusted with more',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
    want: [200, 'x', false],
  },
];

const BROKEN: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'another protocol', text: 'SSH-2.0-OpenSSH_9.2\r\n\r\n' },
  { name: 'HTTP/2', text: 'HTTP/2 200\r\n\r\n' },
  { name: 'a header without a name', text: 'HTTP/1.1 200 OK\r\n: x\r\n\r\n' },
  { name: 'a length that is none', text: 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n' },
  { name: 'two lengths', text: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n' },
  { name: 'a chunk without a size', text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n' },
  { name: 'a chunk that is longer than it says', text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n' },
  { name: 'more than one answer', text: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n' },
  { name: 'a head without an end', text: `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}` },
];

describe('AnswerReader', () => {
  for (const { name, text, want, atEnd = false } of WHOLE) {
    test(name, () => {
      const found = read(text);
      const { status, body, keepsAlive } = found.answer ?? { status: 0, body: '', keepsAlive: false };
      assert.deepEqual([status, String(body), keepsAlive, found.atEnd], [...want, atEnd]);
    });
  }

  test('however the bytes are cut, the answer is the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...WHOLE), fc.array(fc.nat(120), { maxLength: 8 }), ({ text, want }, cuts) => {
        const places = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
        const { answer } = read(...places.slice(1).map((to, index) => text.slice(places[index], to)));
        assert.deepEqual([answer?.status, String(answer?.body), answer?.keepsAlive], want);
      }),
    );
  });

  for (const { name, text } of BROKEN) test(`refuses ${name}`, () => assert.throws(() => read(text), { code: 'EPROTO' }));

  test('what is cut off is no answer', () => {
    for (const text of [
      '',
      'HTTP/1.1 200',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n',
    ])
      assert.equal(read(text).answer, undefined);
  });

  test('headers are known by their names in lower case, those of one name as a list', () => {
    const { answer } = read('HTTP/1.1 200 OK\r\nETag: "x"\r\nWarning: a \r\nwarning:b\r\nContent-Length: 0\r\n\r\n');
    assert.deepEqual(Object.fromEntries(answer?.headers ?? []), { etag: '"x"', warning: 'a, b', 'content-length': '0' });
  });
});
