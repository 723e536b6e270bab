import {
  type OptimoveClient,
  OptimoveRejectedError,
  type RecipientPage,
  type RecipientQuery,
} from '@libs/optimove-client';
import type { Columns } from './recipient-source';

/** What is read, whatever is asked for with it. */
export type ListQuery = Omit<RecipientQuery, 'attributes'>;

const badRequest = 400;

/**
 * The pages of a list with the values of every column. Attributes that Optimove does not know are found out when it
 * refuses a page, and have no value from that page on; the page is asked for again without them. @throws {OptimoveError}
 */
export async function* tolerantPages(
  client: OptimoveClient,
  list: ListQuery,
  columns: Columns,
): AsyncGenerator<RecipientPage> {
  let { names: attributes } = columns;
  let { fromSkip } = list;
  // Each round asks for fewer attributes than the one before, or ends.
  for (;;) {
    try {
      for await (const page of client.recipientPages({ ...list, attributes, fromSkip })) {
        yield padded(page, attributes, columns.names);
        fromSkip = page.nextSkip;
      }
      return;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const unknown = await unknownAmong(client, { ...list, attributes, fromSkip });
      if (unknown.length === 0) throw error;
      attributes = attributes.filter((name) => !unknown.includes(name));
      await columns.onUnknown(unknown);
    }
  }
}

/** The attributes that Optimove refuses one by one, found by halves with pages of one row; at most two calls for each. */
async function unknownAmong(client: OptimoveClient, query: RecipientQuery): Promise<string[]> {
  const isRefused = (attributes: string[]): Promise<boolean> => refuses(client, { ...query, attributes, pageSize: 1 });
  const search = async (names: string[]): Promise<string[]> => {
    if (names.length === 0 || !(await isRefused(names))) return [];
    if (names.length === 1) return names;
    const middle = Math.ceil(names.length / 2);
    return [...(await search(names.slice(0, middle))), ...(await search(names.slice(middle)))];
  };
  return (await isRefused([])) ? [] : search(query.attributes);
}

async function refuses(client: OptimoveClient, query: RecipientQuery): Promise<boolean> {
  try {
    await client.recipientPages(query).next();
    return false;
  } catch (error) {
    if (isRefusal(error)) return true;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof OptimoveRejectedError && error.status === badRequest;
}

/** All pages have the same columns, whatever was asked for. */
function padded(page: RecipientPage, asked: string[], names: string[]): RecipientPage {
  if (asked.length === names.length) return page;
  const at = names.map((name) => asked.indexOf(name));
  const rows = page.rows.map((row) => ({ ...row, attributes: at.map((index) => row.attributes[index] ?? null) }));
  return { ...page, rows };
}
