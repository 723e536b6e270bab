import type { AddressInfo, Server, Socket } from 'node:net';

/** A server that listens, and the way to end it with all its connections. */
export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** Starts listening; rejects when the port is taken. Port 0 takes a free one. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { port: (server.address() as AddressInfo).port, close: () => end(server, sockets) };
}

function end(server: Server, sockets: Set<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
