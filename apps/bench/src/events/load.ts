import { Pool } from 'undici';

const connections = 64;

/** One request: a GET of its path, or a POST of its body as JSON. */
export interface Ask {
  path: string;
  body?: string;
}

/** Makes every request once, over {@link connections} kept-alive connections. @returns requests per second. @throws when one is not answered as expected. */
export async function askAll(origin: string, asks: Ask[], expected: number): Promise<number> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36' };
  const json = { ...headers, 'content-type': 'application/json' };
  const startedAt = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < asks.length) {
      const { path, body } = asks[next++] as Ask;
      const asked =
        body === undefined ? ({ method: 'GET', headers } as const) : ({ method: 'POST', headers: json, body } as const);
      const answer = await pool.request({ path, ...asked });
      await answer.body.dump();
      if (answer.statusCode !== expected) throw new Error(`${path}: ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  await pool.close();
  return (asks.length * 1_000) / (performance.now() - startedAt);
}
