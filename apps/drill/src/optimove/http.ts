import type { World } from '../servers/world';

/** Calls the control API of the sandbox. @throws with its answer when it refuses. */
export async function control<T>(
  { sandboxUrl }: Pick<World, 'sandboxUrl'>,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(`${sandboxUrl}/control${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} /control${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
