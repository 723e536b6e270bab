import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';

/** A call as it arrived. */
export interface ArrivedCall {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: unknown;
  /** The body as it came, for signatures. */
  text: string;
}

/** An answer of a test; one that stalls sends its text and never ends. */
interface GivenAnswer {
  status?: number;
  headers?: OutgoingHttpHeaders;
  body?: unknown;
  text?: string;
  isStalling?: boolean;
}

/** What a test answers: an answer, null to cut the connection, or nothing ever. */
export type PeerAnswer = GivenAnswer | null | 'silence';

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
      const call = arrived(request, Buffer.concat(parts).toString());
      calls.push(call);
      give(response, answer(call, calls.length - 1));
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

function arrived(request: IncomingMessage, text: string): ArrivedCall {
  const url = new URL(request.url ?? '/', 'http://peer');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: text === '' ? undefined : JSON.parse(text),
    text,
  };
}

function give(response: ServerResponse, given: PeerAnswer): void {
  if (given === 'silence') return;
  if (!given) return void response.socket?.destroy();
  response.writeHead(given.status ?? 200, given.headers);
  const text = given.text ?? (given.body === undefined ? '' : JSON.stringify(given.body));
  if (given.isStalling) response.write(text);
  else response.end(text);
}
