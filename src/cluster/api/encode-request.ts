/** Headers by name; of a list each value is sent by itself. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** With its query, encoded. */
  readonly path: string;
  /** The `Host`. */
  readonly host: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

/** The bytes of a request of HTTP/1.1 (RFC 9112). Throws for a path or a header that would be read as something else. */
export function encodeRequest({ method, path, host, headers, body }: WireRequest): Buffer {
  if (/[^!-~]/.test(path)) throw new Error(`the path ${JSON.stringify(path)} holds a character that HTTP does not allow`);
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') head += toLine(name, value);
    else for (const item of value) head += toLine(name, item);
  }
  if (body !== undefined) head += `content-length: ${length}\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + 2 + length);
  bytes.write(`${head}\r\n`, 'latin1');
  if (body !== undefined) bytes.write(body, head.length + 2, 'utf8');
  return bytes;
}

// No value is named: it may be a credential.
function toLine(name: string, value: string): string {
  if (/[^!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(name) || /[^\t -~\u0080-\u00ff]/.test(value))
    throw new Error(`the header ${name.replace(/[^\w-]/g, '?')} holds a character that HTTP does not allow`);
  return `${name}: ${value}\r\n`;
}
