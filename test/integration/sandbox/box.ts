import { createServer, type Server } from 'node:http';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../../apps/sandbox/src/create-sandbox';

/** An account as the control API hands it out. */
export interface Account {
  id: string;
  endpoint: string;
  apiToken: string;
  channels: { id: number; name: string }[];
  login: { username: string; password: string };
}

/** An open box with one account, spoken to by plain requests. */
export interface Box {
  sandbox: Sandbox;
  account: Account;
  /** Calls the Optimove API with the account's key; `path` follows the host. */
  call(method: 'GET' | 'POST', path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  control<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

/** What the box answered. */
export interface Answer {
  status: number;
  text: string;
  json: unknown;
}

/** Opens a box with an account. */
export async function openBox(options: SandboxOptions = {}, tenant: object = {}): Promise<Box> {
  const sandbox = await createSandbox(options);
  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await send(method, `${sandbox.url}/control${path}`, body, {});
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.json as T;
  };
  const account = await control<Account>('POST', '/tenants', { name: 'Test', ...tenant });
  return {
    sandbox,
    account,
    call: (method, path, body, headers = { 'X-API-KEY': account.apiToken }) =>
      send(method, `${sandbox.url}${path}`, body, headers),
    control,
    close: () => sandbox.close(),
  };
}

async function send(method: string, url: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A listener that keeps what it was told. */
export interface Ear {
  url: string;
  heard: { path: string; body: Record<string, unknown> }[];
  close(): Promise<void>;
}

/** Opens a listener on a free port. */
export async function openEar(): Promise<Ear> {
  const heard: Ear['heard'] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      heard.push({
        path: request.url ?? '',
        body: JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>,
      });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
