import { createServer, type IncomingMessage } from 'node:http';

/** A call as it arrived. */
export interface ArrivedCall {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: unknown;
}

/** What a test answers: status and body, or null to cut the connection. */
export type PeerAnswer = { status?: number; body?: unknown; text?: string } | null;

/** A server on a socket that answers as the test says. */
export interface Peer {
  endpoint: string;
  calls: ArrivedCall[];
  close(): Promise<void>;
}

/** Opens a peer; `answer` gets each call and its number, from 0 on. */
export async function openPeer(answer: (call: ArrivedCall, index: number) => PeerAnswer): Promise<Peer> {
  const calls: ArrivedCall[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://peer');
      const text = Buffer.concat(parts).toString();
      const call: ArrivedCall = {
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      calls.push(call);
      const given = answer(call, calls.length - 1);
      if (!given) return void request.socket.destroy();
      response.statusCode = given.status ?? 200;
      response.end(given.text ?? (given.body === undefined ? '' : JSON.stringify(given.body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}/current/`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
