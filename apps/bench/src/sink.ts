import { createServer } from 'node:http';

// Plays FCM as cheaply as it can: reads the delivery id, stores it, answers. Not a model of FCM's speed.
const marker = '"deliveryId":"';
let received = 0;
let ids = new Set<string>();
let arrivals: Map<string, number> | null = null;
let delayMs = 0;
const tokenMarker = '"token":"';

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/token') return response.end('{"access_token":"bench","expires_in":3600}');
    if (request.url === '/stats') return response.end(JSON.stringify({ received, unique: ids.size }));
    if (request.url === '/arrivals') return response.end(JSON.stringify([...(arrivals ?? [])]));
    if (request.url?.startsWith('/reset')) {
      received = 0;
      arrivals = request.url.endsWith('?arrivals') ? new Map() : null;
      ids = new Set();
      return response.end('{}');
    }
    if (request.url?.startsWith('/delay/')) {
      delayMs = Number(request.url.slice('/delay/'.length));
      return response.end('{}');
    }
    const body = Buffer.concat(parts).toString('latin1');
    const from = body.indexOf(marker) + marker.length;
    ids.add(body.slice(from, body.indexOf('"', from)));
    received += 1;
    if (arrivals) noteArrival(body);
    const answer = `{"name":"projects/bench/messages/${received}"}`;
    if (delayMs === 0) return response.end(answer);
    setTimeout(() => response.end(answer), delayMs);
  });
});

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ type: 'ready', port: typeof address === 'object' ? address?.port : 0 });
});
for (const event of ['SIGTERM', 'disconnect'] as const) process.once(event, () => process.exit(0));

/** When the message of a token came, in milliseconds of the machine's clock. */
function noteArrival(body: string): void {
  const from = body.indexOf(tokenMarker) + tokenMarker.length;
  arrivals?.set(body.slice(from, body.indexOf('"', from)), performance.timeOrigin + performance.now());
}
