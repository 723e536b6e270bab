import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';

/** Answers one request; the same for both versions of HTTP. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Longer than any sender keeps an idle connection, so that none is closed under a request. */
const keepAliveMs = 120_000;

/** A listener that speaks HTTP/1.1 and HTTP/2 without TLS on one port: the first bytes tell which. */
export function createPlainHttp(handle: RequestHandler): Server {
  const http1 = createHttp1({ keepAliveTimeout: keepAliveMs }, handle);
  // Node's HTTP/2 compatibility API answers the calls of HTTP/1.1's request and response.
  const http2 = createHttp2((request, response) =>
    handle(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  );
  return createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      (isHttp2(first) ? http2 : http1).emit('connection', socket);
      resume(socket);
    });
  });
}

/** Every HTTP/2 connection opens with `PRI * HTTP/2.0`; no HTTP/1.1 method starts so. */
function isHttp2(first: Buffer): boolean {
  return first.subarray(0, 3).toString('latin1') === 'PRI';
}

function resume(socket: Socket): void {
  process.nextTick(() => socket.resume());
}
