import { LauncherError } from '../errors';

interface JsonRequest {
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
  signal: AbortSignal;
}

const timeoutMs = 30_000;

/** One JSON request. @throws {LauncherError} with the status and the beginning of the answer when it is not a 2xx. */
export async function requestJson<T>({ method, url, headers, body, signal }: JsonRequest): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  const text = await response.text();
  if (response.ok) return (text === '' ? null : JSON.parse(text)) as T;
  throw new LauncherError(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
}
