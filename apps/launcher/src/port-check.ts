import { createServer } from 'node:net';
import { LauncherError } from './errors';

/** @throws {LauncherError} naming the variable to change when somebody listens on the port, on whatever address. */
export async function assertPortFree(port: number, variable: string): Promise<void> {
  const addresses = ['127.0.0.1', '0.0.0.0'];
  for (const address of addresses) {
    const problem = await tryListen(port, address);
    if (!problem) continue;
    if (problem.code === 'EACCES')
      throw new LauncherError(`Port ${port} needs more rights: set ${variable} above 1023`);
    throw new LauncherError(
      `Port ${port} is taken. Stop the program that listens there, or choose another: ${variable}=${port + 1}`,
    );
  }
}

function tryListen(port: number, address: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, address, () => server.close(() => resolve(null)));
  });
}
