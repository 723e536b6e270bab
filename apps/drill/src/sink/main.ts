import { openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { SinkMark, SinkMode, SinkOrder } from './modes';

// Plays FCM for one drill. Every delivery id is in the log before its request is answered, so that what the log says
// was stored is what a customer has on the phone, whoever was killed meanwhile.
const log = openSync(process.env.SINK_LOG ?? '', 'a');
const fastestMs = 100;
const slowestMs = 700;
const retryAfterSeconds = 1;
const hangMs = 60_000;
const idOf = /"deliveryId":"([^"]+)"/;
const tokenOf = /"token":"([^"]+)"/;
let order: SinkOrder = { mode: 'answer', requests: 0 };

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  write: (mark: SinkMark) => void;
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => take(request, response, Buffer.concat(parts).toString()));
  request.on('error', () => undefined);
});

function take(request: IncomingMessage, response: ServerResponse, body: string): void {
  response.setHeader('content-type', 'application/json');
  if (request.url === '/token') end(response, 200, { access_token: 'drill', expires_in: 3_600 });
  else if (request.url === '/mode') takeOrder(response, body);
  else takeMessage(request, response, body);
}

function takeOrder(response: ServerResponse, body: string): void {
  order = JSON.parse(body) as SinkOrder;
  end(response, 200, {});
}

function takeMessage(request: IncomingMessage, response: ServerResponse, body: string): void {
  const id = idOf.exec(body)?.[1] ?? '';
  const line = `${id}\t${tokenOf.exec(body)?.[1] ?? ''}\t${Date.now()}`;
  const write = (mark: SinkMark): void => void writeSync(log, `${mark}\t${line}\t${Date.now()}\n`);
  treat(nextMode(), { request, response, write });
}

function nextMode(): SinkMode {
  if (order.requests <= 0) return 'answer';
  order.requests -= 1;
  return order.mode;
}

function treat(mode: SinkMode, { request, response, write }: Exchange): void {
  if (mode === 'answer') {
    answerSometime(response, write);
    return;
  }
  if (mode === '5xx' || mode === '429') {
    write('R');
    refuse(response, mode);
    return;
  }
  // A provider that hangs may have taken the message or not.
  const isStored = mode === 'cut-after' || (mode === 'hang' && Math.random() < 0.5);
  write(isStored ? 'X' : 'D');
  if (mode === 'hang') setTimeout(() => request.socket.destroy(), hangMs);
  else request.socket.destroy();
}

function refuse(response: ServerResponse, mode: '5xx' | '429'): void {
  if (mode === '429') response.setHeader('retry-after', String(retryAfterSeconds));
  const [status, reason] = mode === '429' ? [429, 'RESOURCE_EXHAUSTED'] : [503, 'UNAVAILABLE'];
  end(response, Number(status), { error: { status: reason, message: 'Not now' } });
}

/** Stored at once or just before the answer: a sender that dies in between leaves both kinds behind. */
function answerSometime(response: ServerResponse, write: Exchange['write']): void {
  const isEarly = Math.random() < 0.5;
  if (isEarly) write('S');
  const wait = fastestMs + Math.random() * (slowestMs - fastestMs);
  setTimeout(() => {
    if (!isEarly) write('S');
    end(response, 200, { name: 'projects/drill/messages/1' });
  }, wait);
}

function end(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.end(JSON.stringify(body));
}

server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ type: 'ready', port: typeof address === 'object' ? address?.port : 0 });
});
for (const event of ['SIGTERM', 'disconnect'] as const) process.once(event, () => process.exit(0));
