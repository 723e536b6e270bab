import { Pool } from 'undici';

const connections = 64;

/** Asks for every path once, over {@link connections} kept-alive connections. @returns requests per second. @throws when one is not answered as expected. */
export async function askAll(origin: string, paths: string[], expected: number): Promise<number> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36' };
  const startedAt = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < paths.length) {
      const path = paths[next++] ?? '';
      const { statusCode, body } = await pool.request({ path, method: 'GET', headers });
      await body.dump();
      if (statusCode !== expected) throw new Error(`${path}: ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  await pool.close();
  return (paths.length * 1_000) / (performance.now() - startedAt);
}
