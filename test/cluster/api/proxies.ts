import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A proxy on loopback: where it listens, and where it was asked to go, with the credentials it was given. */
export interface Proxy {
  readonly url: URL;
  readonly tunnels: readonly string[];
}

/** A proxy of HTTP that opens tunnels, or answers each with another status. */
export async function startHttpProxy(context: TestContext, status = 200): Promise<Proxy> {
  const tunnels: string[] = [];
  const server = createHttpServer((_, response) => response.writeHead(405).end());
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    tunnels.push([url, ...(headers['proxy-authorization'] ?? '').split(' ').slice(1)].join(' '));
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const [host = '', port = ''] = url.split(':');
    join(context, socket, host, Number(port), () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  });
  return { url: new URL(`http://${await listen(context, server)}`), tunnels };
}

/** A proxy of SOCKS 5 (RFC 1928, with the password of RFC 1929 where one is given), for IPv4 and names. */
export async function startSocksProxy(context: TestContext, password?: string): Promise<Proxy> {
  const tunnels: string[] = [];
  const server = createServer((socket) => {
    void serve(socket).catch(() => socket.destroy());
  });
  const serve = async (socket: Socket): Promise<void> => {
    const read = reader(socket);
    const [, methods = 0] = await read(2);
    await read(methods);
    socket.write(Uint8Array.of(5, password === undefined ? 0 : 2));
    let identity = '';
    if (password !== undefined) {
      const word = async (): Promise<string> => (await read((await read(1))[0] ?? 0)).toString();
      await read(1);
      const user = await word();
      identity = ` ${user}:${await word()}`;
      const isRight = identity.endsWith(`:${password}`);
      socket.write(Uint8Array.of(1, isRight ? 0 : 1));
      if (!isRight) return void socket.end();
    }
    const [, , , type] = await read(4);
    const host = type === 1 ? [...(await read(4))].join('.') : (await read((await read(1))[0] ?? 0)).toString();
    const port = (await read(2)).readUInt16BE();
    tunnels.push(`${host}:${port}${identity}`);
    join(context, socket, host, port, () => socket.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0)));
  };
  return { url: new URL(`socks5://${await listen(context, server)}`), tunnels };
}

function join(context: TestContext, socket: Socket, host: string, port: number, begin: () => void): void {
  const far = connect(port, host, () => {
    begin();
    far.pipe(socket);
    socket.pipe(far);
  });
  for (const end of [far, socket]) end.on('error', () => [far, socket].forEach((each) => each.destroy()));
  context.after(() => [far, socket].forEach((each) => each.destroy()));
}

/** Reads so many bytes at a time. */
function reader(socket: Socket): (count: number) => Promise<Buffer> {
  return (count) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const bytes: unknown = count === 0 ? Buffer.alloc(0) : socket.read(count);
        if (!Buffer.isBuffer(bytes)) return;
        socket.off('readable', look);
        socket.off('close', fail);
        resolve(bytes);
      };
      const fail = (): void => reject(new Error('closed'));
      socket.on('readable', look);
      socket.on('close', fail);
      look();
    });
}

async function listen(context: TestContext, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
