import { LauncherError } from '../errors';
import type { DemoContext } from './demo-context';

/** What the api says of an import. */
export interface ImportAnswer {
  received: number;
  created: number;
  updated: number;
  repeated: number;
  rejected: number;
}

/** Streams a file of the sandbox into an import of the api. @throws {LauncherError} when either refuses. */
export async function copyCsv(
  { sandbox, api, signal }: DemoContext,
  { from, to }: { from: string; to: string },
): Promise<ImportAnswer> {
  const file = await sandbox.open(from);
  const answer = await fetch(`${api.apiUrl}${to}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.apiKey}`, 'content-type': 'text/csv' },
    body: file,
    duplex: 'half',
    signal,
  } as RequestInit);
  const text = await answer.text();
  if (!answer.ok) throw new LauncherError(`POST ${to} answered ${answer.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as ImportAnswer;
}
