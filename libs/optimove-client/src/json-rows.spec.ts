import { OptimoveUnavailableError, OptimoveUnexpectedAnswerError } from './errors';
import { jsonRows } from './json-rows';

const rows = [{ a: 'x"y\\' }, { b: [1, { c: '}]' }] }, {}, { d: '\\"', e: null }];

async function read(text: string, size: number): Promise<unknown[]> {
  async function* pieces(): AsyncGenerator<string> {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }
  const found: unknown[] = [];
  for await (const some of jsonRows(pieces(), 'f')) found.push(...some);
  return found;
}

describe('rows of a streamed list', () => {
  it.each([1, 2, 3, 5, 7, 1000])('are the same wherever pieces of %i characters cut it', async (size) => {
    expect(await read(JSON.stringify(rows, null, 1), size)).toEqual(rows);
    expect(await read(`  ${JSON.stringify(rows)}\n`, size)).toEqual(rows);
  });

  it.each(['', ' ', '[]', ' [ ] ', 'null'])('none in %j', async (text) => {
    expect(await read(text, 1)).toEqual([]);
  });

  it.each(['[{"a":1},{"b"', '[{"a":1}', '['])('a list cut to %j is a connection that broke', async (text) => {
    await expect(read(text, 4)).rejects.toThrow(OptimoveUnavailableError);
  });

  it.each([1, 30])('a page for people is of a gateway on the way, in pieces of %i characters', async (size) => {
    await expect(read(' \n<html><body>[]</body></html>', size)).rejects.toThrow(OptimoveUnavailableError);
  });

  it.each(['"Something went wrong"', '{"message":"no"}', 'oops', '[{a}]'])('%j is no list', async (text) => {
    await expect(read(text, 3)).rejects.toThrow(OptimoveUnexpectedAnswerError);
  });
});
