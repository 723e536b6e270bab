import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const campaigns = join(root, 'src/campaigns');
const importPattern = /from '(\.{1,2}\/[^']+)'/g;
/** What hands messages over, or leads there. */
const sending =
  /\b(SendSlice|HandOverSlice|SendChunk|DeliveryRepository|sendBatch|sendersFor|sendChunkJob|sendTriggeredJob)\b/;

/** Files that the files of a folder import, directly or not, inside the module. */
function reachable(folder: string): string[] {
  const seen = new Set<string>();
  const open = readdirSync(join(campaigns, folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => join(campaigns, folder, name));
  for (let file = open.pop(); file; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(importPattern)) {
      const target = resolve(dirname(file), path);
      open.push(existsSync(`${target}.ts`) ? `${target}.ts` : join(target, 'index.ts'));
    }
  }
  return [...seen];
}

function sendersIn(files: string[]): string[] {
  return files.filter((file) => sending.test(readFileSync(file, 'utf8'))).map((file) => relative(campaigns, file));
}

describe('a rehearsal', () => {
  it('cannot hand anything over: no file on its way knows a sender', () => {
    const files = reachable('rehearsal');
    expect(files.length).toBeGreaterThan(20);
    expect(sendersIn(files)).toEqual([]);
  });

  it('would be caught if it could', () => {
    expect(sendersIn(reachable('execution'))).toEqual(expect.arrayContaining(['execution/send-slice.ts']));
  });
});
