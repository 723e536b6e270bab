import { LinkUnavailableError } from './errors';
import { type SmppSocket, smppLibrary } from './smpp-library';

/** Where and as whom to bind. */
export interface SmppAccess {
  host: string;
  port: number;
  isTls: boolean;
  systemId: string;
  password: string;
  systemType: string;
}

/** Opens a connection. @throws {LinkUnavailableError} */
export function connect({ host, port, isTls }: SmppAccess, limitMs: number): Promise<SmppSocket> {
  return new Promise((resolve, reject) => {
    const socket = smppLibrary.connect({ host, port, tls: isTls });
    const fail = (why: string, cause?: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new LinkUnavailableError('host', `${host}:${port} ${why}`, { cause }));
    };
    const timer = setTimeout(() => fail(`did not answer within ${limitMs} ms`), limitMs);
    socket.on('error', (error) => fail(`cannot be reached (${error.code ?? 'unknown reason'})`, error));
    socket.on(isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
