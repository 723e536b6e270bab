import { readdir, rename, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isSameProcess, startMark } from '../embedded/processes';

const strangerIsGoneAfterMs = 60_000;
const fileName = /^(?<prefix>[a-z-]+)~(?<host>[^~]+)~(?<pid>\d+)~(?<mark>\d*)~[0-9a-f-]+\.jsonl$/;

/** A name that says which process writes the file. */
export function spoolFileName(prefix: string, id: string): string {
  return `${prefix}~${thisHost()}~${process.pid}~${startMark(process.pid)}~${id}.jsonl`;
}

/**
 * Files of this process, and those of processes that are gone: of this machine when no such process runs, of another
 * machine that shares the folder when nothing was written for a minute.
 */
export async function abandonedFiles(folder: string, prefix: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const found: string[] = [];
  for (const name of names.sort()) {
    const parts = fileName.exec(name)?.groups;
    if (parts?.prefix !== prefix) continue;
    if (await isAbandoned(join(folder, name), parts)) found.push(name);
  }
  return found;
}

/** Makes the file ours; null when somebody else was faster. Whoever still wrote to it notices that it is gone. */
export async function claim(folder: string, name: string, newName: string): Promise<string | null> {
  const path = join(folder, newName);
  try {
    await rename(join(folder, name), path);
    return path;
  } catch {
    return null;
  }
}

async function isAbandoned(path: string, parts: Record<string, string>): Promise<boolean> {
  const pid = Number(parts.pid);
  if (parts.host === thisHost()) return pid === process.pid || !isSameProcess(pid, parts.mark ?? '');
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  return age > strangerIsGoneAfterMs;
}

function thisHost(): string {
  return hostname().replaceAll(/[^A-Za-z0-9.-]/g, '-') || 'host';
}
